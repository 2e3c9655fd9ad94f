# SPDX-License-Identifier: MIT
"""What a page of figures says of the machine that they were measured on."""
import os
import pathlib
import platform
import re


def describe():
    try:
        found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    name = found.group(1) if found else platform.processor()
    return f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"
