#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the sources keep to their layers.

A module is a pair NAME.h and NAME.c; a public header is a contract, which the
module of its name and others in src/ build on.  Each folder may include what
RULES says; modules include each other in no circle; and only src/cmd prints,
exits, reads the environment or the command line, or handles signals.  Only
files that are named here see the bytes of an API key.

check-layers.py [ROOT] prints each breach as FILE:LINE: what, and exits with 1.
"""
import pathlib
import re
import sys

# Folder of the includer -> folders that it may include.
RULES = {
    "src/base": {"base"},
    "src/assay": {"base", "assay"},
    "src/tta": {"base", "tta"},
    "src/cmd": {"base", "cmd"},
    "src/cmd/assay": {"base", "assay", "cmd", "cmd/assay"},
    "src/cmd/tta": {"base", "tta", "cmd", "cmd/tta", "cmd/tta/gateway"},
    "src/cmd/tta/gateway": {"base", "tta", "cmd", "cmd/tta", "cmd/tta/gateway"},
    "include/assay": {"assay"},
    "include/tta": {"tta"},
}
# Folders that use libc and nothing else from outside.
LIBC_ONLY = {"src/base", "include/assay", "include/tta"}
LIBC = re.compile(r"(assert|ctype|dirent|errno|fcntl|float|inttypes|libgen|limits|locale|math|pthread|stdarg|stdatomic|"
                  r"stdbool|stddef|stdint|stdio|stdlib|string|strings|time|unistd|sys/\w+)\.h")

POLICY = re.compile(
    r"(?<![.>])\b(?:(v?f?printf|f?puts|f?putc|putchar|fwrite|perror|syslog|_?exit|_Exit|quick_exit|abort|atexit|"
    r"(?:secure_)?getenv|setenv|putenv|signal|sigaction|raise|kill|fork|execv\w*|posix_spawnp?|system|popen|"
    r"setlocale)(?=\s*\()|(stdin|stdout|stderr|environ|argc|argv)\b)"
)
# The worker ends its process when its controller is gone: a body cannot be unwound.
POLICY_EXCEPTIONS = {"src/assay/worker.c": {"_exit"}}

# Who may see the bytes of an API key: see docs/decisions/0018-how-a-secret-gets-out.md before adding a file.
SECRET = re.compile(r"\btta_secret_(?:reveal|bytes)(?=\s*\()")
SECRET_READERS = {"src/tta/" + name for name in ("fetch.c", "key_form.c", "keys.c", "secret.c", "secret.h", "vault.c")}
SECRET_READERS |= {"include/tta/keys.h", "src/cmd/tta/keys_moved.c"}
SECRET_READERS |= {"src/cmd/tta/gateway/exchange.c", "src/cmd/tta/gateway/upstream.c"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# Order matters: a quote in a comment opens no string, and the other way round.
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def without_comments_and_strings(text):
    """The text with these blanked, its lines where they were."""
    return COMMENT_OR_STRING.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def folder_of(path):
    return path.rpartition("/")[0]


def module_of(path):
    """src/assay/result.h and src/assay/result.c are one; a public header is one by itself."""
    return path.rpartition(".")[0]


def resolve(root, name):
    """The path of what is included as "NAME", or None."""
    return next((f"{top}/{name}" for top in ("src", "include") if (root / top / name).is_file()), None)


def check_includes(root, path, lines, edges):
    folder = folder_of(path)
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, name = match.groups()
        if kind == "<":
            if folder in LIBC_ONLY and not LIBC.fullmatch(name):
                yield number, f"<{name}> is not of libc"
            continue
        included = resolve(root, name)
        if not included:
            yield number, f'"{name}" is in neither src/ nor include/'
            continue
        if folder_of(name) not in RULES[folder]:
            yield number, f"{folder} must not include {name}"
        edges.setdefault(module_of(path), set()).add(module_of(included))


def check_policy(path, text):
    if path.startswith(("src/cmd/", "include/")):
        return
    allowed = POLICY_EXCEPTIONS.get(path, set())
    for number, line in enumerate(without_comments_and_strings(text).splitlines(), 1):
        for word in map("".join, POLICY.findall(line)):
            if word not in allowed:
                yield number, f"{word} belongs into src/cmd"


def check_secrets(path, text):
    if path not in SECRET_READERS:
        for number, line in enumerate(without_comments_and_strings(text).splitlines(), 1):
            if SECRET.search(line):
                yield number, "who may see the bytes of a secret is listed in check-layers.py"


def find_circle(edges):
    """Some modules that include each other in a circle, or None."""
    finished = set()

    def visit(module, way):
        if module in way:
            return way[way.index(module):] + [module]
        if module in finished:
            return None
        for included in sorted(edges.get(module, set()) - {module}):
            circle = visit(included, way + [module])
            if circle:
                return circle
        finished.add(module)
        return None

    for module in sorted(edges):
        circle = visit(module, [])
        if circle:
            return circle
    return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    edges, breaches = {}, []
    files = sorted(path for top in ("src", "include") for path in (root / top).rglob("*.[ch]"))
    for file in files:
        path = file.relative_to(root).as_posix()
        text = file.read_text()
        if folder_of(path) not in RULES:
            breaches.append(f"{path}:1: this folder is in no layer")
            continue
        found = [*check_includes(root, path, text.splitlines(), edges), *check_policy(path, text),
                 *check_secrets(path, text)]
        breaches += [f"{path}:{number}: {what}" for number, what in found]
    circle = find_circle(edges)
    if circle:
        breaches.append("modules include each other: " + " -> ".join(circle))
    print("\n".join(breaches) or f"{len(files)} files of {len(edges)} modules keep to their layers")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
