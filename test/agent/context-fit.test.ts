import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { fitted, viewChars } from "../../src/agent/context-fit.ts";
import { fence, parseFence } from "../../src/agent/fence.ts";
import { HatrackError } from "../../src/errors.ts";
import { CannedModel } from "../../src/models/canned-model.ts";
import { alertEvent, ask, goodAnswer, marker, play, submit } from "./scene.ts";

const result = (n: number, size: number): ToolMessage =>
  new ToolMessage({
    tool_call_id: `c${n}`,
    name: "host_details",
    content: fence(marker, { label: `step ${n} host_details ok`, text: "x".repeat(size) }),
  });
const conversation: BaseMessage[] = [
  new SystemMessage("rules"),
  new HumanMessage("case"),
  ...[1, 2, 3, 4].flatMap((n) => {
    const call = { id: `c${n}`, name: "host_details", args: {}, type: "tool_call" as const };
    return [new AIMessage({ content: "", tool_calls: [call] }), result(n, 6_000)];
  }),
];

describe("a conversation", () => {
  it("stays as it is where the context is not known, or large", () => {
    expect(fitted(conversation, undefined)).toEqual(conversation);
    expect(fitted(conversation, 32_000)).toEqual(conversation);
  });

  it("loses the oldest results first, keeps the last two whole, and never a fence", () => {
    const some = fitted(conversation, 9_800);
    const sizes = some
      .filter((message) => ToolMessage.isInstance(message))
      .map(({ text }) => text.length > 1_000);
    expect(sizes).toEqual([false, true, true, true]);
    const least = fitted(conversation, 4_000);
    expect(least.filter(({ text }) => text.length > 1_000)).toHaveLength(2);
    expect(least.slice(0, 2)).toEqual(conversation.slice(0, 2));
    for (const message of least) {
      if (ToolMessage.isInstance(message))
        expect(parseFence(message.text)?.label).toMatch(/^step \d host_details ok$/);
    }
  });

  it("gives the case less than half of a small context, and no more than it needs of a large one", () => {
    expect([2_000, 8_000, 128_000].map(viewChars)).toEqual([3_000, 10_800, 28_000]);
    expect(viewChars(undefined)).toBeUndefined();
  });
});

describe("two runs of one role", () => {
  it("share all of the prompt but the case, byte for byte", async () => {
    const runs = await Promise.all(
      ["FIN-WS-042", "HR-WS-007"].map((name) =>
        play({ script: [submit(goodAnswer)], log: [alertEvent({ host: { name } })] }),
      ),
    );
    const turns = runs.flatMap(({ model }) => model.turns.slice(0, 1));
    const [one = [], two = []] = turns.map(({ messages }) => messages.map(({ text }) => text));
    expect(one).toHaveLength(2);
    expect(one[0]).toBe(two[0]);
    expect(one[1]).not.toBe(two[1]);
    expect(turns[0]?.tools).toEqual(turns[1]?.tools);
    expect(one[1]).toMatch(/^The case file of this run, as JSON.\n<<data /);
  });
});

describe("a context that is too small for one case", () => {
  it("ends in role.failed, and says so", async () => {
    const error = new HatrackError(
      "model_context_exceeded",
      "model m at h: this is more than its context holds",
    );
    const chat = new CannedModel({ role: "sleuth", script: [{ throws: error }] });
    const scene = await play({
      script: [],
      deps: { model: () => ({ chat, name: "m", leg: "h", contextTokens: () => 2_000 }) },
    });
    expect(scene.failed).toMatchObject([{ reason: "budget_exhausted", model: "m" }]);
    expect(scene.failed[0]?.detail).toContain("larger than the model's context");
  });

  it("costs the case what prompt-view.ts names, and the model is told", async () => {
    const raw = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`field_${n}`, `word ${n} `.repeat(30)]),
    );
    const chat = new CannedModel({ role: "sleuth", script: [ask(), submit(goodAnswer)].slice(1) });
    await play({
      log: [alertEvent({ raw })],
      script: [],
      deps: { model: () => ({ chat, name: "m", leg: "h", contextTokens: () => 4_000 }) },
    });
    expect(chat.turns[0]?.casefile).toMatchObject({ trimmed: ["alert.raw"] });
  });
});
