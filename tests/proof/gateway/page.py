# SPDX-License-Identifier: MIT
"""The page that the proof writes, and whether all that it demands holds."""


class Page:
    def __init__(self):
        self.lines, self.holds = [], True

    def say(self, text=""):
        print(text, flush=True)
        self.lines.append(text)

    def verdict(self, holds):
        """The last cell of a row.  None: nothing is demanded, or nobody to compare with is there."""
        self.holds = self.holds and holds is not False
        return "" if holds is None else "holds" if holds else "**falls short**"

    def text(self):
        return "\n".join(self.lines) + "\n"
