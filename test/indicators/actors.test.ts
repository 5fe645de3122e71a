import { describe, expect, it } from "vitest";
import { actorsFrom, noActors } from "../../src/indicators/actors.ts";
import { HatrackError } from "../../src/errors.ts";
import { extract } from "../../src/indicators/extract.ts";

const actors = actorsFrom({
  actors: {
    "BRASS HERON": { aliases: ["Copper Egret", "TA9001"] },
    Silence: { aliases: [] },
    QuietHeron: { aliases: [] },
  },
});
const named = (text: string): string[] => actors.find(text).map(({ value }) => value);

describe("actors", () => {
  it("fold every alias, in any spelling, to one name", () => {
    for (const name of ["Copper Egret", "COPPEREGRET", "copper-egret", "TA9001", "ta 9001", "brass heron"])
      expect([name, actors.canonical(name)]).toEqual([name, "BRASS HERON"]);
    expect(actors.canonical("Somebody else")).toBe("Somebody else");
  });

  it("are found where their name is no ordinary word, and stand where the text has them", () => {
    const text = "Copper Egret (TA9001) and QuietHeron; all of it BRASS HERON.";
    expect(actors.find(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      "Copper Egret",
      "TA9001",
      "QuietHeron",
      "BRASS HERON",
    ]);
  });

  it("are found under an ordinary word only where people are spoken of", () => {
    expect(named("in Silence they worked, Silence fell, silence group")).toEqual([]);
    expect(named("the Silence group; attributed to Silence")).toEqual(["Silence", "Silence"]);
  });

  it("do not go across a line, a comma or two spaces", () => {
    expect(named("Copper\nEgret, Copper, Egret, Copper  Egret and copper egret")).toEqual([]);
  });

  it("are in an extraction only if their list is given, and never inside a link", () => {
    const text = "http://evil.example/TA9001 TA9001";
    expect(extract(text).map(({ type }) => type)).toEqual(["url", "domain"]);
    expect(extract(text, actors).filter(({ type }) => type === "actor")).toEqual([
      { type: "actor", value: "BRASS HERON", start: 27, end: 33 },
    ]);
    expect(noActors.canonical("TA9001")).toBe("TA9001");
  });

  it("are refused when they are in another shape", () => {
    expect(() => actorsFrom([])).toThrow(HatrackError);
  });
});
