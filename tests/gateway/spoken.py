# SPDX-License-Identifier: MIT
"""What a provider says in the words of Anthropic's API and of Ollama's, by the model that it is asked for.

"tools" calls a tool, and tells what the tool said when that is there; "left" says `left`, which is a number; "mid"
breaks off within a stream; "endless" never ends one; "bad", "broken" and "limited" are errors.  All others say hello.
"""
import json

WORDS = ("one ", "two ", "three ")
CITY = {"city": "K\u00f6ln \"am\" Rhein"}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "weather"}
FAULTS = {"bad": (400, "invalid_request_error", "The temperature is too high."),
          "broken": (529, "overloaded_error", "a fault"),
          "limited": (429, "rate_limit_error", "slow down")}


class Anthropic:
    content_type = b"text/event-stream"

    def __init__(self, body, left):
        self.model, self.left = body["model"], left
        blocks = body["messages"][-1]["content"]
        self.results = [block["content"] for block in blocks if block["type"] == "tool_result"]

    def message(self, blocks, reason):
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": self.model, "content": blocks,
                "stop_reason": reason, "usage": {"input_tokens": 3, "output_tokens": 2}}

    def whole(self):
        """A status, and what is JSON."""
        if self.model in FAULTS:
            status, kind, message = FAULTS[self.model]
            return status, {"type": "error", "error": {"type": kind, "message": message}}
        if self.model == "tools" and not self.results:
            return 200, self.message([{**CALL, "input": CITY}], "tool_use")
        text = str(self.left) if self.model == "left" else "hello from two"
        text = f"it is {json.dumps(self.results[0])}" if self.results else text
        return 200, self.message([{"type": "text", "text": text}], "end_turn")

    def events(self):
        def event(kind, **more):
            return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n".encode()

        def delta(kind, **more):
            return event("content_block_delta", index=0, delta={"type": kind, **more})

        calls = self.model == "tools"
        yield event("message_start", message=self.message([], None))
        yield event("content_block_start", index=0,
                    content_block={**CALL, "input": {}} if calls else {"type": "text", "text": ""})
        yield event("ping")
        if calls:
            text = json.dumps(CITY)
            for at in range(0, len(text), 7):
                yield delta("input_json_delta", partial_json=text[at:at + 7])
        elif self.model == "endless":
            while True:
                yield delta("text_delta", text="more ")
        else:
            for word in WORDS:
                yield delta("text_delta", text=word)
                if self.model == "mid":
                    yield event("error", error={"type": "overloaded_error", "message": "a fault"})
                    return
        yield event("content_block_stop", index=0)
        yield event("message_delta", delta={"stop_reason": "tool_use" if calls else "end_turn"},
                    usage={"output_tokens": 3})
        yield event("message_stop")


class Ollama:
    content_type = b"application/x-ndjson"

    def __init__(self, body, left):
        self.model, self.left = body["model"], left
        last = body["messages"][-1]
        self.results = [last["content"]] if last["role"] == "tool" else []

    def message(self, done, **more):
        whole = {"model": self.model, "created_at": "2026-01-01T00:00:00Z",
                 "message": {"role": "assistant", "content": "", **more}, "done": done}
        return {**whole, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 3} if done else whole

    def whole(self):
        """A status, and what is JSON."""
        if self.model in FAULTS:
            status, _, message = FAULTS[self.model]
            return status, {"error": message}
        if self.model == "tools" and not self.results:
            return 200, self.message(True, tool_calls=[{"function": {"name": "weather", "arguments": CITY}}])
        text = str(self.left) if self.model == "left" else "hello from two"
        return 200, self.message(True, content=f"it is {json.dumps(self.results[0])}" if self.results else text)

    def events(self):
        def line(done, **more):
            return json.dumps(self.message(done, **more)).encode() + b"\n"

        if self.model == "tools":
            yield line(False, tool_calls=[{"function": {"name": "weather", "arguments": CITY}}])
        elif self.model == "endless":
            while True:
                yield line(False, content="more ")
        else:
            for word in WORDS:
                yield line(False, content=word)
                if self.model == "mid":
                    yield b'{"error":"a fault"}\n'
                    return
        yield line(True)


BY_PATH = {"/v1/messages": Anthropic, "/api/chat": Ollama}
