// SPDX-License-Identifier: MIT
// The official client of OpenAI's API, unchanged but for its base URL, against a gateway.
//     node openai_client.mjs BASE_URL
// Ends with 0 if all is as it would be with OpenAI itself.
import assert from "node:assert/strict";
import OpenAI from "openai";

const baseURL = process.argv[2];
const client = new OpenAI({ baseURL, apiKey: "of-the-client", maxRetries: 0, timeout: 20000 });
const messages = [{ role: "user", content: "Say hello" }];

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
        const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } }];
        const stream = await client.chat.completions.create({ model: "up/tools", messages, tools, stream: true });
        let args = "", name = "";
        for await (const chunk of stream) {
            const call = chunk.choices[0]?.delta?.tool_calls?.[0];
            name += call?.function?.name ?? "";
            args += call?.function?.arguments ?? "";
        }
        assert.equal(name, "weather");
        assert.deepEqual(JSON.parse(args), { city: "Köln \"am\" Rhein" });
    },
    async "calls of tools, whole"() {
        const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } }];
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
    async "a stream that breaks off is an error and no end"() {
        const stream = await client.chat.completions.create({ model: "faulty/mid", messages, stream: true });
        let text = "";
        await assert.rejects(async () => {
            for await (const chunk of stream) {
                text += chunk.choices[0]?.delta?.content ?? "";
            }
        }, OpenAI.APIError);
        assert.equal(text, "one ");
    },
    async "a stream that the client leaves ends at the provider too"() {
        const count = async () => Number((await client.chat.completions.create({ model: "up/left", messages }))
            .choices[0].message.content);
        const before = await count();
        const stream = await client.chat.completions.create({ model: "up/endless", messages, stream: true });
        for await (const chunk of stream) {
            if (chunk.choices[0]?.delta?.content) {
                break; // which aborts the request
            }
        }
        for (let i = 0; (await count()) === before; i++) {
            assert.ok(i < 1000, "the provider still writes");
            await new Promise((done) => setTimeout(done, 10));
        }
    },
    async "many at a time"() {
        const answers = await Promise.all(Array.from({ length: 50 }, () =>
            client.chat.completions.create({ model: "up/two", messages })));
        assert.ok(answers.every((answer) => answer.choices[0].message.content === "hello from two"));
    },
};

for (const [name, run] of Object.entries(steps)) {
    try {
        await run();
        console.log(`ok    ${name}`);
    } catch (error) {
        console.log(`FAIL  ${name}: ${error.stack}`);
        process.exitCode = 1;
    }
}
