#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command on a terminal of its own, types a line once it prompts, and
prints what a person would see, echo included.

on_a_terminal.py LINE COMMAND...

LINE may be ^C.  At the end it says whether the terminal echoes again.
"""
import os
import pty
import select
import subprocess
import sys
import termios
import time

line, command = sys.argv[1], sys.argv[2:]
master, slave = pty.openpty()


def take_terminal():
    os.setsid()
    os.close(os.open(os.ttyname(slave), os.O_RDWR))  # the first one opened becomes the controlling terminal


child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal)
seen = b""
typed = False
deadline = time.monotonic() + 60
while child.poll() is None or select.select([master], [], [], 0)[0]:
    if time.monotonic() > deadline:
        child.kill()
    if select.select([master], [], [], 0.05)[0]:
        seen += os.read(master, 4096)
    if not typed and seen.endswith(b": ") and not termios.tcgetattr(slave)[3] & termios.ECHO:
        os.write(master, b"\x03" if line == "^C" else line.encode() + b"\n")
        typed = True
print(seen.decode().replace("\r\n", "\n"), end="")
print("echo is on again" if termios.tcgetattr(slave)[3] & termios.ECHO else "echo is still off")
sys.exit(child.returncode if child.returncode >= 0 else 128 - child.returncode)
