import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { catalogue } from "../../src/events/catalogue.ts";
import { event } from "../../src/events/define-event.ts";
import { isEvent, isForeign } from "../../src/events/envelope.ts";
import { eventText, makeEvent, maxEventBytes, parseEvent, parseEventText } from "../../src/events/parse.ts";

const envelope = {
  specversion: "1.0",
  id: "e1",
  source: "/operations",
  type: "canary.sent",
  subject: "system",
  time: "2026-03-02T08:00:00.000Z",
  data: { canaryId: "c1", due: "2026-03-02T09:00:00+01:00" },
  schemaversion: 1,
} as const;

describe("parseEvent", () => {
  it("parses a known type and narrows it", () => {
    const parsed = parseEvent(envelope);
    expect(parsed).toEqual(envelope);
    expect(isEvent(parsed, "canary.missed", "canary.sent")).toBe(true);
    expect(isEvent(parsed, "canary.missed")).toBe(false);
  });

  it.each([
    ["specversion", { specversion: "0.3" }],
    ["id", { id: "" }],
    ["id", { id: "x".repeat(65) }],
    ["source", { source: "operations" }],
    ["source", { source: "/Roles/Tier 2" }],
    ["type", { type: "Canary" }],
    ["subject", { subject: "" }],
    ["time", { time: "2026-03-02 08:00" }],
    ["time", { time: undefined }],
    ["schemaversion", { schemaversion: 0 }],
    ["causationid", { causationid: "" }],
    ["(whole): Unrecognized key", { approved: true }],
  ])("refuses an envelope whose %s is wrong, with the path and the id", (path, wrong) => {
    expect(() => parseEvent({ ...envelope, ...wrong })).toThrow(`envelope is not valid: ${path}`);
    expect(() => parseEvent({ ...envelope, id: "e7", data: {} })).toThrow(/^event e7: data of canary\.sent/);
  });

  it.each([[null], [undefined], ["text"], [7], [[]]])("refuses what is no object: %s", (input) => {
    expect(() => parseEvent(input)).toThrow(/^event: envelope is not valid: \(whole\)/);
  });

  it("refuses with a code that says nobody need try again", () => {
    expect(() => parseEvent({})).toThrow(
      expect.objectContaining({ name: "HatrackError", code: "event_invalid", retryable: false }),
    );
  });

  it("does not take a member of Object for a type", () => {
    for (const type of ["constructor.name", "to_string.x"]) {
      expect(isForeign(parseEvent({ ...envelope, type }))).toBe(true);
    }
  });

  it("is done before a property of the input is read twice: what it returns no one can change", () => {
    const data = { canaryId: "c1", due: "2026-03-02T09:00:00Z" };
    const parsed = parseEvent({ ...envelope, data });
    data.canaryId = "another";
    expect(parsed.data).toMatchObject({ canaryId: "c1" });
  });
});

describe("events of others", () => {
  it("keeps a type it does not know as it is, to the byte", () => {
    const text = JSON.stringify({
      ...envelope,
      type: "weather.changed",
      data: { b: [1, null], a: "ü" },
      schemaversion: 3,
    });
    const parsed = parseEventText(text, "here");
    expect(isForeign(parsed)).toBe(true);
    expect(eventText(parsed)).toBe(text);
  });

  it("keeps a newer version of a type it knows as it is, and never takes it for that type", () => {
    const text = JSON.stringify({ ...envelope, data: { canary: { id: "c1" } }, schemaversion: 2 });
    const parsed = parseEventText(text, "here");
    expect(isEvent(parsed, "canary.sent")).toBe(false);
    expect(eventText(parsed)).toBe(text);
  });

  it("keeps any JSON as foreign data", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify({ ...envelope, type: "weather.changed", data: value });
        expect(eventText(parseEventText(text, "here"))).toBe(text);
      }),
    );
  });
});

describe("upcasting", () => {
  const definitions = {
    "canary.sent": event({
      saidBy: ["operations"],
      data: z.strictObject({ canaryId: z.string(), due: z.iso.datetime(), lane: z.string(), hops: z.int() }),
      upcasts: [
        (data) => ({ ...z.record(z.string(), z.unknown()).parse(data), lane: "default" }),
        (data) => ({ ...z.record(z.string(), z.unknown()).parse(data), hops: 0 }),
      ],
    }),
  };
  const v1 = { canaryId: "c1", due: "2026-03-02T09:00:00Z" };

  it("makes the version one more than the upcasts", () => {
    expect(definitions["canary.sent"].version).toBe(3);
    for (const { version, upcasts } of Object.values(catalogue)) expect(version).toBe(upcasts.length + 1);
  });

  it.each([
    [1, v1, { ...v1, lane: "default", hops: 0 }],
    [2, { ...v1, lane: "gate" }, { ...v1, lane: "gate", hops: 0 }],
    [3, { ...v1, lane: "gate", hops: 2 }, { ...v1, lane: "gate", hops: 2 }],
  ])("lifts version %i through each later version", (schemaversion, data, lifted) => {
    const parsed = parseEvent({ ...envelope, schemaversion, data }, definitions);
    expect(parsed).toEqual({ ...envelope, schemaversion: 3, data: lifted });
  });

  it("checks what it lifted", () => {
    const wrong = { ...envelope, data: { due: v1.due } };
    expect(() => parseEvent(wrong, definitions)).toThrow("data of canary.sent is not valid: canaryId");
  });

  it("leaves what is newer still alone", () => {
    const newer = { ...envelope, schemaversion: 4, data: { canary: "c1" } };
    expect(parseEvent(newer, definitions)).toEqual({ ...newer, foreign: true });
  });
});

describe("parseEventText and eventText", () => {
  it("says where a text that is not JSON stands", () => {
    expect(() => parseEventText("{ not json", "entry 5-0")).toThrow(
      /^entry 5-0: expected one JSON event, got /,
    );
  });

  it("takes an event of exactly 64 KB and refuses one byte more, counted as UTF-8", () => {
    const foreign = (data: string) => parseEvent({ ...envelope, type: "weather.changed", data });
    const room = maxEventBytes - Buffer.byteLength(eventText(foreign("")));
    expect(Buffer.byteLength(eventText(foreign("x".repeat(room))))).toBe(maxEventBytes);
    expect(() => eventText(foreign("x".repeat(room + 1)))).toThrow(
      expect.objectContaining({ code: "event_too_large" }),
    );
    expect(() => eventText(foreign("ü".repeat(room / 2 + 1)))).toThrow(/bytes, expected at most 65536/);
  });
});

describe("makeEvent", () => {
  const draft = { ...envelope, data: { ...envelope.data } };

  it("fills in the envelope and the defaults of the schema", () => {
    const { specversion: _, schemaversion: __, ...rest } = draft;
    expect(makeEvent(rest)).toEqual(envelope);
    const triaged = makeEvent({
      ...rest,
      type: "alert.triaged",
      data: {
        intent: "benign",
        outcome: "unknown",
        verdict: "benign",
        confidence: 0.5,
        priority: 1,
        summary: "A backup job.",
        riskFactors: [],
        mitigatingFactors: [],
        questions: [],
        evidence: [],
      },
    });
    expect(triaged.data.evidenceDropped).toBe(0);
  });

  it("refuses data its schema does not take, naming type and path", () => {
    expect(() => makeEvent({ ...draft, data: { canaryId: "c1" } })).toThrow(
      "data of canary.sent is not valid: due",
    );
  });
});
