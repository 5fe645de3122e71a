import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import { describe, expect, it } from "vitest";
import { CannedModel } from "../../src/models/canned-model.ts";
import { watchedModel } from "../../src/replay/watched.ts";

const asked = [new HumanMessage("what of CASE-7?")];

async function drained(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

describe("a watched model", () => {
  it.each<[string, (chat: BaseChatModel) => Promise<unknown>]>([
    ["asked", (chat) => chat.invoke(asked)],
    ["asked for several", (chat) => chat.batch([asked])],
    ["streamed", async (chat) => drained(await chat.stream(asked))],
    ["configured", (chat) => chat.withConfig({ tags: ["x"] }).invoke(asked)],
    ["tried again", (chat) => chat.withRetry({ stopAfterAttempt: 1 }).invoke(asked)],
    ["the first of a chain", (chat) => chat.pipe(new RunnableLambda({ func: () => "done" })).invoke(asked)],
    ["one of several", (chat) => chat.withFallbacks([chat]).invoke(asked)],
  ])("sees what it is sent when it is %s", async (_, use) => {
    const seen: string[] = [];
    const model = new CannedModel({ role: "sleuth", script: () => ({ text: "nothing" }) });
    await use(watchedModel(model, (messages) => seen.push(...messages.map(({ text }) => text))));
    expect(seen[0]).toBe("what of CASE-7?");
  });
});
