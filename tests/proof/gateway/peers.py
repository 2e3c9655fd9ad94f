#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Other gateways, to measure beside ours: Portkey's in Node and LiteLLM's proxy in Python.

peers.py FOLDER    installs there, once, those that npm and pip reach; says which are not, and ends with 0 all the same

Each is as its maker delivers it, in the version named here, with one worker, without a log of requests, and told of
nothing but the provider of the proof.
"""
import os
import pathlib
import shutil
import subprocess
import sys

from ways import GATEWAY_CORE, CannotMeasure, Server, free_port

PORTKEY, LITELLM = "1.15.2", "1.108.0"
INSTALLING_S, STARTING_S = 900, 120

LITELLM_CONFIG = """general_settings:
  disable_spend_logs: true
  dangerously_permit_weak_or_unset_master_key: true
litellm_settings:
  telemetry: false
  num_retries: 0
  request_timeout: 600
model_list:
"""
LITELLM_MODEL = """  - model_name: {model}
    litellm_params:
      model: openai/{model}
      api_base: http://127.0.0.1:{provider}/v1
      api_key: unused
"""
MODELS = "whole", "late", "stream", "slow"


def environment(**more):
    """Without proxies, which have no part in this."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, **more}


class Portkey:
    title, folder = f"Portkey's gateway {PORTKEY}", f"portkey-{PORTKEY}"

    @staticmethod
    def commands(folder):
        return [["npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save",
                 "--no-package-lock", f"@portkey-ai/gateway@{PORTKEY}"]]

    @staticmethod
    def start(folder, bench):
        port = free_port()
        return Server(GATEWAY_CORE, port, "node", folder / "node_modules/@portkey-ai/gateway/build/start-server.js",
                      f"--port={port}", "--headless", is_peer=True, patience_s=STARTING_S,
                      env=environment(NODE_ENV="production", TRUSTED_CUSTOM_HOSTS="127.0.0.1"),
                      headers=("x-portkey-provider: openai", "Authorization: Bearer unused",
                               f"x-portkey-custom-host: http://127.0.0.1:{bench.provider.port}/v1"))


class LiteLLM:
    title, folder = f"LiteLLM's proxy {LITELLM}", f"litellm-{LITELLM}"

    @staticmethod
    def commands(folder):
        return [[sys.executable, "-m", "venv", folder],
                [folder / "bin" / "pip", "install", "--quiet", f"litellm[proxy]=={LITELLM}"]]

    @staticmethod
    def start(folder, bench):
        port, config = free_port(), bench.folder / "litellm.yaml"
        models = [LITELLM_MODEL.format(model=model, provider=bench.provider.port) for model in MODELS]
        config.write_text(LITELLM_CONFIG + "".join(models))
        return Server(GATEWAY_CORE, port, folder / "bin" / "litellm", "--config", config, "--host", "127.0.0.1",
                      "--port", port, "--num_workers", "1", "--telemetry", "False", is_peer=True,
                      patience_s=STARTING_S, cwd=bench.folder,
                      env=environment(LITELLM_LOG="ERROR", LITELLM_MODE="PRODUCTION",
                                      LITELLM_LOCAL_MODEL_COST_MAP="True"))


PEERS = {"Portkey": Portkey, "LiteLLM": LiteLLM}


def run(command):
    """None, or the last that it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALLING_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = (done.stderr.strip() or done.stdout.strip() or "it fails").splitlines()
    return said[-1][:200] if done.returncode != 0 else None


def install(peer, folder):
    """A sentence if it does not work; what is half installed is removed."""
    folder.mkdir(parents=True)
    for command in peer.commands(folder):
        problem = run(command)
        if problem:
            shutil.rmtree(folder)
            return problem
    (folder / "installed").touch()
    return None


def start(bench):
    """Adds those that are installed and run to the ways; a sentence for each that is not or does not."""
    problems = []
    for name, peer in PEERS.items():
        folder = bench.peers / peer.folder
        if not (folder / "installed").exists():
            problems.append(f"{peer.title} could not be installed here, and is not compared with.")
            continue
        try:
            bench.ways[name] = peer.start(folder, bench)
        except (CannotMeasure, OSError) as problem:
            problems.append(f"{peer.title} does not run here, and is not compared with: {problem}.")
    return problems


def main():
    for peer in PEERS.values():
        folder = pathlib.Path(sys.argv[1]).resolve() / peer.folder
        if (folder / "installed").exists():
            continue
        shutil.rmtree(folder, ignore_errors=True)
        print(f"installing {peer.title}", flush=True)
        problem = install(peer, folder)
        if problem:
            print(f"{peer.title} is not to be had, so the proof goes on without it: {problem}", file=sys.stderr)


if __name__ == "__main__":
    main()
