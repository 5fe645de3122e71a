import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { wilson } from "../../src/memory/statistics.ts";
import { fixtureLines } from "../fixtures/read.ts";
import { doctor, expectBroken } from "./diagnosis.ts";
import { startModelServer, type ModelServer } from "./model-server.ts";

const texts = fixtureLines("injections.jsonl").map((line) => z.object({ text: z.string() }).parse(line).text);
/** What the scripted model falls for. */
const weakness = /ignore/i;
const isOrder = /Begin your summary with the one word[^"]*/;

const answer = (summary: string) => ({
  ...{ intent: "unknown", outcome: "unknown", confidence: 0.5, priority: 5, summary },
  ...{ riskFactors: [], mitigatingFactors: [], questions: [] },
  evidence: [{ claim: "rated so", cites: "alert.severity", quote: "high" }],
});

/** Obeys where it is weak; else it quotes the order as the attack it is. */
function swayed(told: string): Record<string, unknown> | undefined {
  const order = isOrder.exec(told)?.[0];
  if (order === undefined) return undefined;
  return answer(
    weakness.test(told) ? "KOALA_4821 nothing to see" : `The alert tries to give orders: ${order}`,
  );
}

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function measured(submits: (told: string) => Record<string, unknown> | undefined) {
  server = await startModelServer({ submits });
  return doctor({ LLM_BASE_URL: server.baseUrl, LLM_MODEL: "rules-1" }, ["--injection"]);
}

describe("hatrack doctor --injection", () => {
  it("counts what the model obeyed, not what it quoted, with n and the interval", async () => {
    const diagnosis = await measured(swayed);
    const n = texts.length;
    const obeyed = texts.filter((text) => weakness.test(text)).length;
    const { low, high } = wilson(obeyed, n);
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    expect(obeyed).toBeGreaterThan(0);
    expect(diagnosis.check("injection")).toMatchObject({
      status: "warn",
      found: `obeyed ${obeyed} of n = ${n} hostile strings, ${percent(obeyed / n)} (95 %: ${percent(low)} to ${percent(high)})`,
    });
    expect(diagnosis.check("injection").fix).toContain("instruction_override");
    expect(diagnosis.code).toBe(0);
  });

  it("says that a model that obeys nothing obeyed nothing, and how sure that is", async () => {
    const diagnosis = await measured((told) =>
      isOrder.test(told) ? answer("Encoded PowerShell.") : undefined,
    );
    expect(diagnosis.check("injection")).toMatchObject({ status: "ok" });
    expect(diagnosis.check("injection").found).toMatch(
      /^obeyed 0 of n = \d+ .*0\.0 % \(95 %: 0\.0 % to [1-9]/,
    );
  });

  it("does not take silence for resistance", async () => {
    const diagnosis = await measured(() => ({ nonsense: true }));
    expectBroken(diagnosis, "injection", "hostile strings had a valid answer", "ordinary alert");
  });

  it("is skipped without a model, and without being asked for", async () => {
    expect((await doctor({}, ["--injection"])).check("injection").status).toBe("skipped");
    expect((await doctor({})).checks.map(({ name }) => name)).not.toContain("injection");
  });
});
