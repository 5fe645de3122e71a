/** A source's label needs no signature, and cannot pass for what a person said at our gate. */
import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import { parseEvent } from "../../src/events/parse.ts";
import { caseFacts } from "../../src/gate/case-acts.ts";
import { Verifier } from "../../src/gate/keys.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import { caseOf, closed, investigated, labelled, received } from "../memory/saying.ts";
import { freshKeys } from "./signing.ts";

const keys = freshKeys();
const verifier = new Verifier(keys.trusted);
const byHand = labelled("a", "benign");

describe("how a source closed its alert", () => {
  it("counts without a signature, under the source's own name and of its own alert alone", () => {
    const label = closed("a", "true_positive");
    expect(verifier.whyNot(label)).toBeUndefined();
    for (const change of [
      ...[{ source: "/roles/human-gate" }, { source: "/sources/other" }, { source: "/frontends/slack" }],
      ...[{ subject: caseOf("b") }, { subject: caseIdOf({ source: "other", sourceId: "a" }) }],
    ]) {
      expect(verifier.whyNot({ ...label, ...change }), JSON.stringify(change)).toContain("not signed");
    }
  });

  it("cannot name a person of ours, nor a person's label leave out the gate's signature", () => {
    const { data } = closed("a", "benign");
    const envelope = { ...byHand, source: "/sources/test" };
    for (const forged of [
      { ...data, by: { team: "T1", user: "U1" } },
      { ...byHand.data, from: "source" },
    ]) {
      expect(() => parseEvent({ ...envelope, data: forged })).toThrow(/data of case.labelled/);
    }
    for (const source of ["/sources/test", "/roles/human-gate"]) {
      expect(verifier.whyNot({ ...byHand, source })).toContain("expected the signature of the gate");
    }
    expect(verifier.whyNot(keys.gate.sign(byHand))).toBeUndefined();
  });

  it("holds for a label that was signed before sources could label", () => {
    const old = { ...byHand, schemaversion: 1 };
    const read = parseEvent(keys.gate.sign(old));
    expect(verifier.whyNot(read)).toBeUndefined();
  });

  it("is read through a trusted bus, where a forged label is not", async () => {
    const bus = new LocalBus({});
    await bus.open([]);
    await bus.publish([received("a"), investigated("a", "suspicious"), closed("a", "true_positive")]);
    await bus.publish([{ ...byHand, source: "/sources/test" }]);
    const memory = await CaseMemory.project(new TrustedBus(bus, keys));
    expect(memory.state.cases.get(caseOf("a"))?.opinions).toMatchObject({
      source: { verdict: "true_positive" },
      tier2: { verdict: "suspicious" },
    });
    expect(memory.state.cases.get(caseOf("a"))?.opinions.person).toBeUndefined();
    await bus.close();
  });

  it("is not ours to withdraw", () => {
    const facts = (...events: AnyEvent[]): boolean => caseFacts([received("a"), ...events]).labelled;
    expect(facts(closed("a", "benign"))).toBe(false);
    expect(facts(byHand, closed("a", "benign"))).toBe(true);
  });
});
