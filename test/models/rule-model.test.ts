import { describe, expect, it } from "vitest";
import type { RuleBook } from "../../src/agent/rule-book.ts";
import { RuleModel } from "../../src/models/rule-model.ts";
import { lookups, play, sleuth, type Lookups } from "../agent/scene.ts";

const book: RuleBook = {
  lookups: ({ steps }) =>
    steps.length === 0 ? [{ tool: "host_details", arguments: { host: "FIN-WS-042" } }] : [],
  rules: [
    {
      name: "encoded command",
      weight: 2,
      match: ({ casefile }) =>
        JSON.stringify(casefile).includes("-enc ")
          ? { claim: "an encoded command", cites: "alert.process.commandLine", quote: "-enc" }
          : undefined,
    },
    {
      name: "young host",
      weight: 1,
      match: ({ steps }) => {
        const step = steps.find(
          ({ tool, result }) => tool === "host_details" && result.includes("2 days ago"),
        );
        return step && { claim: "a young host", cites: `step ${step.step}`, quote: "2 days ago" };
      },
    },
    { name: "never", weight: 5, match: () => undefined },
  ],
  conclude: (matched) => ({
    summary: matched.map(({ name, weight }) => `${name} ${weight}`).join(", "),
    confidence: 0.7,
    decision: "escalate",
    evidence: matched.map(({ evidence }) => evidence),
  }),
};

const baseline = (rules: RuleBook, box: Lookups = lookups()) =>
  play({
    hat: sleuth({ rules }),
    lookups: box,
    script: [],
    deps: {
      model: (role) => ({
        chat: new RuleModel({ role: role.name, rules: role.rules }),
        name: "baseline",
        leg: "embedded",
      }),
    },
  });

describe("baseline", () => {
  it("plays a role by its rules: looks up, weighs, cites, hands in", async () => {
    const scene = await baseline(book);
    expect(scene.calls).toEqual(["host_details FIN-WS-042"]);
    expect(scene.escalated[0]?.why).toBe("encoded command 2, young host 1 (0.7, 2 kept, 0 dropped)");
    expect(scene.worked).toMatchObject([
      { model: "baseline", modelCalls: 2, tokens: { input: 0, output: 0 }, evidenceDropped: 0 },
    ]);
  });

  it("says the same twice", async () => {
    expect((await baseline(book)).handled).toEqual((await baseline(book)).handled);
  });

  it("hands in when its budget is spent, whatever it would still look up", async () => {
    const greedy = { ...book, lookups: () => [{ tool: "host_details", arguments: { host: "FIN-WS-042" } }] };
    const scene = await baseline(greedy);
    expect(scene.calls).toHaveLength(3);
    expect(scene.escalated).toHaveLength(1);
  });

  it("is checked like a model: a conclusion that is no answer is none", async () => {
    const scene = await baseline({ ...book, conclude: () => ({ summary: "?!" }) });
    expect(scene.failed).toMatchObject([{ reason: "invalid_output", model: "baseline" }]);
  });

  it("is checked like a model: an invented quote is dropped", async () => {
    const [rule] = book.rules;
    if (rule === undefined) throw new Error("the book has rules");
    const liar = { ...rule, match: () => ({ claim: "c", cites: "alert.title", quote: "mimikatz" }) };
    const scene = await baseline({ ...book, rules: [liar] });
    expect(scene.worked).toMatchObject([{ evidenceDropped: 1 }]);
  });

  it("names itself", () => {
    expect(new RuleModel({ role: "sleuth", rules: book })._llmType()).toBe("baseline");
  });

  it("words nothing: asked for anything but a role's run it throws", async () => {
    const model = new RuleModel({ role: "narrator", rules: book });
    await expect(model.invoke("Word this.")).rejects.toMatchObject({ code: "no_rules" });
  });
});
