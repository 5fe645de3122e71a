import { AIMessage, HumanMessage } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mindOf } from "../../src/agent/mind.ts";
import { CannedModel } from "../../src/models/canned-model.ts";
import { systemPrompt } from "../../src/agent/prompt.ts";
import { leakOf } from "../../src/agent/prompt-leak.ts";
import sentinel from "../../roles/sentinel.ts";
import { alertEvent, goodAnswer, play, sleuth, submit } from "./scene.ts";

const { hat } = sentinel;
const prompt = systemPrompt(hat, "submit");
const words = prompt.split(/\s+/);
const leaks = leakOf(prompt);

describe("a prompt that is repeated", () => {
  it("is found however it is marked, broken or cut into a list", () => {
    fc.assert(
      fc.property(
        fc.nat(words.length - 40),
        fc.constantFrom(" ", "\n", " *", "** ", "\u00a0"),
        fc.boolean(),
        (from, between, upper) => {
          const text = words.slice(from, from + 40).join(between);
          const said = upper ? text.toUpperCase() : text;
          expect(leaks({ summary: `Here it is: ${said}` }, undefined)).toBe(true);
          expect(leaks({ list: words.slice(from, from + 40) }, undefined)).toBe(true);
          expect(leaks({ [said]: 1 }, undefined)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("is none in an honest answer, nor where the record itself holds it", () => {
    expect(leaks(goodAnswer, undefined)).toBe(false);
    const run = words.slice(10, 40).join(" ");
    expect(leaks({ quote: run }, { alert: { title: run } })).toBe(false);
  });

  it("is an invalid answer, and never in the reason that is posted", async () => {
    const own = sleuth({ prompt });
    const leaky = { ...goodAnswer, summary: words.slice(0, 60).join(" ") };
    const keyed = { ...goodAnswer, [words.slice(0, 60).join(" ")]: "x" };
    const sent = await play({ hat: own, script: [submit(leaky), submit(keyed), submit(goodAnswer)] });
    expect(sent.escalated).toHaveLength(1);
    const failed = await play({ hat: own, script: [submit(leaky), submit(keyed), submit(leaky)] });
    expect(failed.failed[0]).toMatchObject({ reason: "invalid_output" });
    expect(leaks(failed.failed[0], undefined)).toBe(false);
  });
});

describe("arguments that are no JSON", () => {
  it("are not repeated in the reason that is posted", () => {
    const text = words.slice(0, 60).join(" ");
    const error = `Function "submit" arguments:\n\n{"summary": "${text}\n\nare not valid JSON.\nError: Unterminated string`;
    const chat = new Garbled(error);
    const mind = mindOf(hat, { chat, name: "garbled", leg: "embedded" }, []);
    const asked = mind.ask([new HumanMessage("x")], "answer", new AbortController().signal);
    return expect(asked).resolves.toMatchObject({ handedIn: { malformed: "Error: Unterminated string" } });
  });
});

/** Its one call did not parse, as LangChain reports it. */
class Garbled extends CannedModel {
  readonly #error: string;
  constructor(error: string) {
    super({ role: "garbled", script: [] });
    this.#error = error;
  }
  override _generate(): ReturnType<CannedModel["_generate"]> {
    const call = {
      id: "1",
      name: "submit",
      args: "{",
      error: this.#error,
      type: "invalid_tool_call" as const,
    };
    const message = new AIMessage({ content: "", invalid_tool_calls: [call] });
    return Promise.resolve({ generations: [{ text: "", message }] });
  }
}

describe("a role that speaks of another case", () => {
  it.each([
    ["another case", { subject: "CASE-ANOTHER001" }],
    ["another name", { source: "/roles/human-gate" }],
  ])("is refused: %s", async (_, over) => {
    const hat = sleuth({
      emit: () => [
        { type: "case.escalated", data: { toRole: "tier2", why: "told to", priority: 1 }, ...over },
      ],
    });
    const asked = play({ hat, script: [submit(goodAnswer)], log: [alertEvent()] });
    await expect(asked).rejects.toMatchObject({ code: "role_overstepped" });
  });
});
