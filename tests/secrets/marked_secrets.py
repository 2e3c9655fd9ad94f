#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks for secrets where they must not be.

marked_secrets.py TTA [--not-in-memory]

Runs every command of the program (`serve` has gateway_secrets.py) with secrets that can be told apart: in the
environment, on standard input, in the vault, in place of a name or an address (which is how keys are pasted by
mistake); against a provider on loopback that quotes the key in its status line, its headers and its body, with every
kind of answer and fault.  Then

- no secret stands in what was printed, nor in any file that was left, but for what was given to the program and what
  `keys export --reveal` is for;
- a process that has opened a vault and waits holds its keys only in pages that no core image has, the passphrase
  nowhere, in /proc/PID/environ neither; other users cannot look (without root this is seen by being refused);
- a core image made by gcore, where there is one, has none.

Prints what was done; exit status 1 if anything was found.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from searching import ANSWERS, KEYS, PASSPHRASE, Search


def write_configuration(search, name="tta.yaml", **of_server):
    fields = {"provider": "openai", "base_url": search.provider.url, **of_server}
    lines = "".join(f"    {key}: {value}\n" for key, value in fields.items())
    text = f"vault: keys.vault\nvault_key_file: secret\nstore: lists.json\nservers:\n  -{lines[3:]}"
    (search.folder / name).write_text(text)


def use_every_command(search):
    """The vault is made, changed, copied and asked, with every answer of the provider."""
    vault = ["--vault=keys.vault", "--key-file=secret"]
    words = ["--vault=words.vault"]
    good = [
        search.run("keys", "add", *vault, "--name=main", "--provider=openrouter", stdin=KEYS["input"]),
        search.run("keys", "rotate", *vault, "--name=main", stdin=KEYS["vault"]),
        search.run("keys", "add", *vault, "--name=list", "--provider=openai", stdin=KEYS["vault"]),
        search.run("keys", "add", *vault, "--name=there", "--provider=openrouter", f"--base-url={search.provider.url}",
                   stdin=KEYS["vault"]),
        search.run("keys", "list", *vault),
        search.run("keys", "add", *words, "--name=main", "--provider=openrouter", stdin=KEYS["vault"],
                   TTA_PASSPHRASE=PASSPHRASE),
        search.run("keys", "rekey", *words, "--new-key-file=secret", TTA_PASSPHRASE=PASSPHRASE),
        search.run("keys", "rekey", "--vault=words.vault", "--key-file=secret", TTA_NEW_PASSPHRASE=PASSPHRASE),
        search.run("keys", "export", *vault, "--to=copy.vault", TTA_NEW_PASSPHRASE=PASSPHRASE),
        search.run("keys", "remove", "--vault=copy.vault", "--name=list", TTA_PASSPHRASE=PASSPHRASE),
        search.run("hardware"),
        search.run("completion", "bash"),
        search.run("keys", "add", "--help"),
    ]
    search.faults += [f"{each.args[1:4]} failed: {each.stderr}" for each in good if each.returncode != 0]
    for search.provider.answer in ANSWERS:
        url = f"--base-url={search.provider.url}"
        search.run("keys", "check", "--provider=openrouter", url, stdin=KEYS["input"])
        search.run("keys", "check", "--provider=custom_api", url, stdin=KEYS["input"])
        search.run("keys", "validate", *vault, "--name=there")
        for source in {"vault_key": "list"}, {"key_variable": "MY_KEY"}:
            (search.folder / "lists.json").unlink(missing_ok=True)
            write_configuration(search, **source)
            search.run("models", "refresh", MY_KEY=KEYS["environment"])
            search.run("models", MY_KEY=KEYS["environment"])
            search.run("models", "--json", MY_KEY=KEYS["environment"])
            search.run("select", "--explain", MY_KEY=KEYS["environment"])
            search.look_at_files()


def make_mistakes(search):
    """What people do: a wrong passphrase, and a key pasted where something else belongs."""
    vault = ["--vault=keys.vault", "--key-file=secret"]
    key = KEYS["pasted"]
    search.provider.answer = "401"
    search.run("keys", "list", "--vault=words.vault", TTA_PASSPHRASE=PASSPHRASE + "x")
    search.run("keys", key)
    search.run("keys", "check", "--provider=openrouter", key)
    search.run("keys", "check", f"--provider={key}", stdin=key)
    search.run("keys", "check", f"--key={key}", "--provider=openrouter", stdin=key)
    search.run("keys", "check", "--provider=openrouter", "--form-only", stdin=f"{key} and more")
    search.run("keys", "check", "--provider=openrouter", "--form-only", stdin=key * 20)
    search.run("keys", "check", "--provider=openrouter", f"--base-url=http://{key}@127.0.0.1:1/v1", stdin=key)
    search.run("keys", "check", "--provider=openrouter", f"--base-url=http://127.0.0.1:1/v1?key={key}", stdin=key)
    search.run("keys", "check", "--provider=openrouter", f"--base-url=http://127.0.0.1:1/{key}", stdin=key)
    for command in "add", "rotate", "remove", "validate":
        search.run("keys", command, *vault, f"--name={key}", "--provider=openrouter", stdin=key)
        search.run("keys", command, *vault, f"--name={key}", stdin=key)
        search.run("keys", command, *vault, "--name=main", key, stdin=key)
    search.run("keys", "export", *vault, "--to=never.vault", f"--name={key}", TTA_NEW_PASSPHRASE=PASSPHRASE)
    search.run("keys", "export", *vault, "--to=never.vault", f"--new-key-file={key}")
    search.run("keys", "export", *vault, "--reveal", f"--name={key}")
    search.run("keys", "list", "--vault=keys.vault", f"--key-file={key}")
    for field in "vault_key", "key_variable", "provider", "api_key", "base_url":
        value = f"http://{key}@127.0.0.1:1/v1" if field == "base_url" else key
        write_configuration(search, "mistake.yaml", **{field: value})
        for command in ["models", "refresh"], ["models"], ["select"]:
            search.run(*command, "--config=mistake.yaml")
        (search.folder / "mistake.yaml").unlink()


def wait_until_it_reads(process):
    """Until it waits for standard input: then the vault is open."""
    for _ in range(1000):
        state = pathlib.Path(f"/proc/{process.pid}/wchan")
        try:
            if "pipe" in state.read_text() or process.poll() is not None:
                return
        except OSError:
            pass
        if re.search(r"^State:\tS", pathlib.Path(f"/proc/{process.pid}/status").read_text(), re.M):
            time.sleep(0.2)  # asleep: nothing in it sleeps but for its input
            return
        time.sleep(0.01)


def look_at_a_process(search):
    environment = dict(os.environ, TTA_PASSPHRASE=PASSPHRASE, LD_BIND_NOW="1")
    process = subprocess.Popen([search.tta, "keys", "rotate", "--vault=words.vault", "--name=main"], cwd=search.folder,
                               env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until_it_reads(process)
    try:
        if "--not-in-memory" in sys.argv:
            core = "memory was not looked at"
        elif os.geteuid() == 0:
            search.look_into_memory("a waiting process", process.pid)
            core = search.look_into_core("a waiting process", process.pid)
        else:
            core = "without root its memory cannot be read"
            try:
                open(f"/proc/{process.pid}/mem", "rb").close()
                search.faults.append("the memory of a process with an open vault can be read by its user")
            except PermissionError:
                pass
    finally:
        out, err = process.communicate(KEYS["vault"].encode(), timeout=60)
    search.look("a process that was looked at", out + err)
    if process.returncode != 0:
        search.faults.append(f"rotate failed: {err}")
    return core


def main():
    with tempfile.TemporaryDirectory() as folder:
        search = Search(sys.argv[1], folder)
        use_every_command(search)
        make_mistakes(search)
        core = look_at_a_process(search)
        search.look_at_files()
        revealed = subprocess.run([search.tta, "keys", "export", "--vault=keys.vault", "--key-file=secret",
                                   "--name=main", "--reveal"], cwd=folder, capture_output=True, timeout=60).stdout
        if KEYS["vault"].encode() not in revealed or search.provider.seen < len(ANSWERS):
            search.faults.append("the marks were not there to be found: this test tests nothing")
    print(f"{search.runs} commands, {search.provider.seen} requests with a marked key; {core}")
    print("\n".join(search.faults))
    return 1 if search.faults else 0


sys.exit(main())
