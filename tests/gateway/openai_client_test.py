#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real clients against a real gateway: OpenAI's official one for Node.js, and curl.

openai_client_test.py TTA FOLDER

FOLDER is where the client is installed, once.  Ends with 77, which is a test that was skipped, where that is not
possible: there is no Node.js, or npm does not get it.
"""
import asyncio
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import spoken

CLIENT = "openai@7.59.0"
SKIPPED = 77
HERE = pathlib.Path(__file__).parent

# One provider under many names, so that what fails under one closes no other.
CONFIG = """servers:
  - provider: custom_api
    name: up
    base_url: http://127.0.0.1:{port}/v1
  - provider: custom_api
    name: faulty
    base_url: http://127.0.0.1:{port}/v1
  - provider: custom_api
    name: limits
    base_url: http://127.0.0.1:{port}/v1
{translated}store: lists.json
serve:
  address: 127.0.0.1:0
  threads: 2
  max_wait: 100 ms
  chains:
    - name: both
      targets: [faulty/broken, up/two]
    - name: rest
      targets: [up/tools, up/embed, up/endless, up/left, faulty/bad, faulty/mid, limits/limited]
"""

# And under four more for each API that is translated.
SERVER = """  - provider: {kind}
    name: {kind}{suffix}
    base_url: http://127.0.0.1:{{port}}
"""
CHAINS = """    - name: all of {kind}
      targets: [{kind}/two, {kind}/tools, {kind}/endless, {kind}/left, {kind}-faulty/bad, {kind}-faulty/mid,
                {kind}-broken/broken, {kind}-limits/limited]
    - name: {kind} at last
      targets: [{kind}-broken/broken, {kind}/two]
"""
TRANSLATED = ("anthropic", "ollama")
CONFIG = CONFIG.replace("{translated}", "".join(
    SERVER.format(kind=kind, suffix=suffix) for kind in TRANSLATED for suffix in ("", "-faulty", "-broken", "-limits"))
) + "".join(CHAINS.format(kind=kind) for kind in TRANSLATED)


def install(folder):
    """Whether the client is there."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    if (folder / "node_modules/openai/package.json").exists():
        return True
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n')
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", CLIENT]
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=120).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class Provider:
    """What it says depends on the model."""

    def __init__(self):
        self.left = 0

    def whole(self, body, path):
        model = body["model"]
        if path.endswith("/embeddings"):
            return 200, {"object": "list", "data": [{"object": "embedding", "index": i, "embedding": [0.25, -i]}
                                                    for i in range(len(body["input"]))],
                         "model": model, "usage": {"prompt_tokens": 2, "total_tokens": 2}}
        if path.endswith("/v1/completions"):
            return 200, {"object": "text_completion", "choices": [{"index": 0, "text": " upon a time",
                                                                   "finish_reason": "stop"}]}
        if model == "broken":
            return 500, {"error": {"message": "a fault"}}
        if model == "bad":
            return 400, {"error": {"message": "The temperature is too high.", "type": "invalid_request_error",
                                   "param": "temperature", "code": None}}
        if model == "limited":
            return 429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}
        message = {"role": "assistant", "content": str(self.left) if model == "left" else "hello from two"}
        if model == "tools":
            message = {"role": "assistant", "content": None, "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]}
        return 200, {"object": "chat.completion", "model": model,
                     "choices": [{"index": 0, "message": message,
                                  "finish_reason": "tool_calls" if model == "tools" else "stop"}],
                     "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}

    def deltas(self, model):
        yield {"role": "assistant", "content": ""}
        if model == "tools":
            yield {"tool_calls": [{"index": 0, "id": "call_1", "type": "function",
                                   "function": {"name": "weather", "arguments": ""}}]}
            for part in ('{"ci', 'ty": "K\u00f6ln ', '\\"am\\" Rh', 'ein"}'):
                yield {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}
        elif model == "endless":
            while True:
                yield {"content": "more "}
        else:
            for word in ("one ", "two ", "three "):
                yield {"content": word}

    def events(self, model):
        def say(data):
            return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"

        def chunk(delta, reason=None):
            return {"id": "c", "object": "chat.completion.chunk", "model": model,
                    "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

        for delta in self.deltas(model):
            yield say(chunk(delta))
            if model == "mid" and delta.get("content"):
                yield say({"error": {"message": "a fault", "code": 500}})
                break
        else:
            yield say(chunk({}, "tool_calls" if model == "tools" else "stop"))
            yield say({"id": "c", "object": "chat.completion.chunk", "choices": [],
                       "usage": {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6}})
        yield say(b"[DONE]")

    async def stream(self, writer, content_type, events):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % content_type)
        for event in events:
            writer.write(b"%x\r\n%s\r\n" % (len(event), event))
            await writer.drain()
            await asyncio.sleep(0.005)
        writer.write(b"0\r\n\r\n")

    async def serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                size = int(re.search(r"(?i)content-length: (\d+)", head)[1])
                body = json.loads(await reader.readexactly(size))
                path = head.split()[1]
                other = spoken.BY_PATH[path](body, self.left) if path in spoken.BY_PATH else None
                status, answer = other.whole() if other else self.whole(body, path)
                if status == 200 and body.get("stream"):
                    await self.stream(writer, other.content_type if other else b"text/event-stream",
                                      other.events() if other else self.events(body["model"]))
                else:
                    text = json.dumps(answer).encode()
                    writer.write(b"HTTP/1.1 %d -\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                 % (status, len(text), text))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.left += 1
        finally:
            writer.close()


async def output_of(*command, **options):
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE,
                                                   stderr=asyncio.subprocess.STDOUT, **options)
    text, _ = await asyncio.wait_for(process.communicate(), 100)
    return process.returncode, text.decode()


async def check_curl(base):
    status, text = await output_of(
        "curl", "-sS", "-N", "--compressed", f"{base}/chat/completions", "-H", "Content-Type: application/json",
        "-d", '{"model":"both","stream":true,"messages":[{"role":"user","content":"hi"}]}')
    good = status == 0 and text.endswith("data: [DONE]\n\n") and text.count("data: ") == 6 and "usage" not in text
    print(f"{'ok  ' if good else 'FAIL'}  curl" + ("" if good else f": {status} {text}"))
    return good


async def run(tta, folder, work):
    provider = Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    (work / "tta.yaml").write_text(CONFIG.format(port=server.sockets[0].getsockname()[1]))
    gateway = await asyncio.create_subprocess_exec(tta, "serve", cwd=work, stderr=asyncio.subprocess.PIPE)
    try:
        while not (match := re.search(r"listening on (http://\S+)", (await gateway.stderr.readline()).decode())):
            if gateway.stderr.at_eof():
                print("the gateway did not start")
                return False
        base = match[1] + "/v1"
        script = shutil.copy(HERE / "openai_client.mjs", folder) # beside its modules
        status, text = await output_of("node", str(script), base)
        print(text, end="")
        return status == 0 and await check_curl(base)
    finally:
        gateway.terminate()
        ended = await asyncio.wait_for(gateway.wait(), 60)
        server.close()
        if ended != 0:
            print(f"the gateway ended with {ended}")


def main():
    tta, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    if not install(folder):
        print(f"skipped: {CLIENT} cannot be installed here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as work:
        return 0 if asyncio.run(run(tta, folder, pathlib.Path(work))) else 1


if __name__ == "__main__":
    sys.exit(main())
