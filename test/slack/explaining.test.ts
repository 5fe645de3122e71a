/** A narrator words `/soc explain`; what the record does not hold is withheld and counted. */
import { describe, expect, it } from "vitest";
import { explainAnswer } from "../../slack/blocks/record-answers.ts";
import { explained } from "../../slack/explaining.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { silent } from "../../src/diagnostics.ts";
import type { Narrator } from "../../src/memory/explain.ts";
import { alert, caseId, said } from "./given.ts";
import { reads } from "./reads.ts";

const reported = said("alert.received", alert());

async function answer(narrator: Narrator | undefined): Promise<string> {
  const bus = new LocalBus();
  await bus.open([]);
  await bus.publish([reported]);
  const directory = { person: () => Promise.reject(new Error("nobody acted")) };
  const asking = { bus, directory, narrator, diagnostics: silent };
  const found = await explained(asking, { caseId, question: "Which host was it?" });
  await bus.close();
  return reads(explainAnswer(found).blocks);
}

describe("an explanation in Slack", () => {
  it("is worded by the model where one is configured, each sentence held to the record", async () => {
    const words = await answer(({ facts }) => {
      const cites = facts[0]?.cites ?? [];
      const invented = { text: "Mallory isolated it after 37 minutes.", cites };
      return Promise.resolve({ sentences: [{ text: "The host was FIN-WS-042.", cites }, invented] });
    });
    expect(words).toContain("The host was FIN-WS-042.");
    expect(words).not.toContain("Mallory");
    expect(words).toContain("1 sentence did not hold and was withheld.");
  });

  it("is the plain record where none is, where it fails, and where nothing it said holds", async () => {
    const plain = await answer(undefined);
    expect(plain).toContain("FIN-WS-042");
    expect(await answer(() => Promise.reject(new Error("down")))).toBe(plain);
    const nothing = await answer(() => Promise.resolve({ sentences: [{ text: "All is well.", cites: [] }] }));
    expect(nothing).toContain("FIN-WS-042");
    expect(nothing).toContain("withheld");
  });
});
