// SPDX-License-Identifier: MIT
// The official client of OpenAI's API, unchanged but for its base URL, against a gateway.
//     node openai_client.mjs BASE_URL
// Ends with 0 if all is as it would be with OpenAI itself.
import assert from "node:assert/strict";
import OpenAI from "openai";

const baseURL = process.argv[2];
const client = new OpenAI({ baseURL, apiKey: "of-the-client", maxRetries: 0, timeout: 20000 });
const messages = [{ role: "user", content: "Say hello" }];
const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } }];
const city = { city: "Köln \"am\" Rhein" };

async function breaks_off(model) {
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    let text = "";
    await assert.rejects(async () => {
        for await (const chunk of stream) {
            text += chunk.choices[0]?.delta?.content ?? "";
        }
    }, OpenAI.APIError);
    assert.equal(text, "one ");
}

// The loop is left at the first content, which aborts the request by itself, after `leave`.
async function ends_when_left(server, leave) {
    const count = async () => Number((await client.chat.completions.create({ model: `${server}/left`, messages }))
        .choices[0].message.content);
    const before = await count();
    const stream = await client.chat.completions.create({ model: `${server}/endless`, messages, stream: true });
    for await (const chunk of stream) {
        if (chunk.choices[0]?.delta?.content) {
            leave(stream);
            break;
        }
    }
    for (let i = 0; (await count()) === before; i++) {
        assert.ok(i < 1000, "the provider still writes");
        await new Promise((done) => setTimeout(done, 10));
    }
}

const steps = {
    async "a whole answer"() {
        const answer = await client.chat.completions.create({ model: "both", messages, temperature: 0 });
        assert.equal(answer.choices[0].message.content, "hello from two");
        assert.equal(answer.usage.total_tokens, 5);
    },
    async "headers of the answer"() {
        const { response } = await client.chat.completions.create({ model: "up/two", messages }).withResponse();
        assert.equal(response.headers.get("x-tta-provider"), "up");
        assert.match(response.headers.get("x-tta-attempts"), /^up\/two ok \d+ms$/);
    },
    async "a stream"() {
        const stream = await client.chat.completions.create({ model: "both", messages, stream: true,
            stream_options: { include_usage: true } });
        let text = "", usage = null, reason = null;
        for await (const chunk of stream) {
            text += chunk.choices[0]?.delta?.content ?? "";
            reason = chunk.choices[0]?.finish_reason ?? reason;
            usage = chunk.usage ?? usage;
        }
        assert.equal(text, "one two three ");
        assert.equal(reason, "stop");
        assert.equal(usage.completion_tokens, 3);
    },
    async "a stream with the client's own helper"() {
        const runner = client.chat.completions.stream({ model: "up/two", messages });
        let deltas = 0;
        runner.on("content", () => deltas++);
        const final = await runner.finalChatCompletion();
        assert.equal(final.choices[0].message.content, "one two three ");
        assert.equal(deltas, 3);
    },
    async "calls of tools, in a stream"() {
        const stream = await client.chat.completions.create({ model: "up/tools", messages, tools, stream: true });
        let args = "", name = "";
        for await (const chunk of stream) {
            const call = chunk.choices[0]?.delta?.tool_calls?.[0];
            name += call?.function?.name ?? "";
            args += call?.function?.arguments ?? "";
        }
        assert.equal(name, "weather");
        assert.deepEqual(JSON.parse(args), city);
    },
    async "calls of tools, whole"() {
        const answer = await client.chat.completions.create({ model: "up/tools", messages, tools });
        assert.equal(answer.choices[0].message.tool_calls[0].function.name, "weather");
        assert.equal(answer.choices[0].finish_reason, "tool_calls");
    },
    async "embeddings"() {
        const answer = await client.embeddings.create({ model: "up/embed", input: ["a", "b"], encoding_format: "float" });
        assert.deepEqual(answer.data[1].embedding, [0.25, -1]);
    },
    async "completions"() {
        const answer = await client.completions.create({ model: "up/two", prompt: "Once" });
        assert.equal(answer.choices[0].text, " upon a time");
    },
    async "models"() {
        const ids = [];
        for await (const model of client.models.list()) {
            ids.push(model.id);
        }
        assert.ok(ids.includes("auto") && ids.includes("both") && ids.includes("two"), ids.join());
        assert.equal((await client.models.retrieve("two")).id, "two");
        const error = await client.models.retrieve("nobody/has-it").catch((e) => e);
        assert.ok(error instanceof OpenAI.NotFoundError, `${error}`);
    },
    async "errors are of the classes that the client knows"() {
        const cases = [["faulty/bad", OpenAI.BadRequestError, "temperature"], ["limits/limited", OpenAI.RateLimitError, null],
            ["nobody/has-it", OpenAI.NotFoundError, "model"], ["faulty/broken", OpenAI.InternalServerError, null]];
        for (const [model, kind, param] of cases) {
            const error = await client.chat.completions.create({ model, messages }).catch((e) => e);
            assert.ok(error instanceof kind, `${model}: ${error}`);
            assert.equal(error.param ?? null, param);
            assert.ok(error.message.length > 10);
        }
    },
    "a stream that breaks off is an error and no end": () => breaks_off("faulty/mid"),
    "a stream that the client leaves ends at the provider too": () => ends_when_left("up", () => {}),
    async "many at a time"() {
        const answers = await Promise.all(Array.from({ length: 50 }, () =>
            client.chat.completions.create({ model: "up/two", messages })));
        assert.ok(answers.every((answer) => answer.choices[0].message.content === "hello from two"));
    },
};

// The same of providers whose API is another, which the client need not know.
async function textOf(stream) {
    let text = "", reason = null, usage = null;
    for await (const chunk of stream) {
        text += chunk.choices[0]?.delta?.content ?? "";
        reason = chunk.choices[0]?.finish_reason ?? reason;
        usage = chunk.usage ?? usage;
    }
    return { text, reason, usage };
}

const translated = {
    async "a whole answer"(kind) {
        const { data, response } = await client.chat.completions.create({ model: `${kind}/two`, messages, max_tokens: 9,
            temperature: 0 }).withResponse();
        assert.equal(data.object, "chat.completion");
        assert.equal(data.choices[0].message.content, "hello from two");
        assert.equal(data.choices[0].finish_reason, "stop");
        assert.equal(data.usage.prompt_tokens, 3);
        assert.equal(response.headers.get("x-tta-provider"), kind);
    },
    async "a stream"(kind) {
        const { text, reason, usage } = await textOf(await client.chat.completions.create({ model: `${kind}/two`,
            messages, stream: true, stream_options: { include_usage: true } }));
        assert.equal(text, "one two three ");
        assert.equal(reason, "stop");
        assert.equal(usage.completion_tokens, 3);
    },
    async "a stream with the client's own helper"(kind) {
        const final = await client.chat.completions.stream({ model: `${kind}/two`, messages }).finalChatCompletion();
        assert.equal(final.choices[0].message.content, "one two three ");
    },
    async "a failure is made good by the next"(kind) {
        const { data, response } = await client.chat.completions.create({ model: `${kind} at last`, messages })
            .withResponse();
        assert.equal(data.choices[0].message.content, "hello from two");
        assert.match(response.headers.get("x-tta-attempts"), /^\w+-broken\/broken overloaded 529 \d+ms; \w+\/two ok /);
    },
    async "calls of tools, whole, and back with what they said"(kind) {
        const first = await client.chat.completions.create({ model: `${kind}/tools`, messages, tools });
        const message = first.choices[0].message, call = message.tool_calls[0];
        assert.equal(first.choices[0].finish_reason, "tool_calls");
        assert.equal(call.function.name, "weather");
        assert.deepEqual(JSON.parse(call.function.arguments), city);
        const second = await client.chat.completions.create({ model: `${kind}/tools`, tools, messages: [...messages,
            message, { role: "tool", tool_call_id: call.id, content: "raining" }] });
        assert.match(second.choices[0].message.content, /^it is .*raining/);
    },
    async "calls of tools, in a stream"(kind) {
        const final = await client.chat.completions.stream({ model: `${kind}/tools`, messages, tools })
            .finalChatCompletion();
        const call = final.choices[0].message.tool_calls[0];
        assert.equal(call.function.name, "weather");
        assert.deepEqual(JSON.parse(call.function.arguments), city);
        assert.equal(final.choices[0].finish_reason, "tool_calls");
    },
    async "errors are of the classes that the client knows"(kind) {
        const cases = [["faulty/bad", OpenAI.BadRequestError, /The temperature is too high/],
            ["limits/limited", OpenAI.RateLimitError, /too often/],
            ["broken/broken", OpenAI.InternalServerError, /no capacity|fault of their own/]];
        for (const [model, error_class, message] of cases) {
            for (const stream of model.startsWith("limits") ? [true] : [false, true]) { // who is asked too often rests
                const error = await client.chat.completions.create({ model: `${kind}-${model}`, messages, stream })
                    .catch((e) => e);
                assert.ok(error instanceof error_class, `${model}: ${error}`);
                assert.match(error.message, message);
            }
        }
    },
    async "a request that has no words there is refused by name"(kind) {
        const error = await client.chat.completions.create({ model: `${kind}/two`, messages, logprobs: true })
            .catch((e) => e);
        assert.ok(error instanceof OpenAI.BadRequestError, String(error));
        assert.equal(error.param, "logprobs");
        assert.equal(error.code, "untranslatable");
    },
    "a stream that breaks off is an error and no end": (kind) => breaks_off(`${kind}-faulty/mid`),
    "a stream that the client leaves ends at the provider too": (kind) =>
        ends_when_left(kind, (stream) => stream.controller.abort()),
};
for (const kind of ["anthropic", "ollama"]) {
    for (const [name, run] of Object.entries(translated)) {
        steps[`${kind}: ${name}`] = () => run(kind);
    }
}

for (const [name, run] of Object.entries(steps)) {
    try {
        await run();
        console.log(`ok    ${name}`);
    } catch (error) {
        console.log(`FAIL  ${name}: ${error.stack}`);
        process.exitCode = 1;
    }
}
