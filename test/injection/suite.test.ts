import { describe, expect, it } from "vitest";
import { requires } from "../require.ts";
import { play, type CellResult } from "./cell.ts";
import { ownFamilies, publicFamilies, type Families } from "./strings.ts";
import { surfaces, type Surface } from "./surfaces.ts";

const long = process.env["HATRACK_LONG"] === "1";
const families: Families = new Map([...ownFamilies(), ...(requires("data") ? publicFamilies() : [])]);

/** The hats that meet a cell: the one that reads it first, and in turn one of the others. */
function hatsOf({ from, reaches }: Surface, turn: number): string[] {
  const first = from ?? "sentinel";
  if (reaches === "screen") return ["tier2"];
  const others = ["ir-lead", "threat-intel", "scribe", "stray", ...(first === "tier2" ? [] : ["tier2"])];
  return [first, others[turn % others.length] ?? "ir-lead"];
}

/** In the short form a string of every fifth family on each surface, each time others. */
function picked(texts: readonly string[], at: number, index: number): readonly string[] {
  if (long) return texts;
  return (at + index) % 5 === 0 ? [texts[(at * 7 + index) % texts.length] ?? ""] : [];
}

interface Cell extends CellResult {
  readonly surface: Surface;
  readonly family: string;
}

async function cellsOf(surface: Surface, at: number): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const [index, [family, texts]] of [...families].entries()) {
    for (const [turn, text] of picked(texts, at, index).entries()) {
      const played = await play({ surface, text, hats: hatsOf(surface, at + Math.floor(index / 5) + turn) });
      cells.push({ surface, family, ...played });
    }
  }
  return cells;
}

/** One row a surface, one column a family: how many effects there were. */
function table(rows: readonly (readonly Cell[])[]): string {
  const names = [...families.keys()];
  const lines = rows.map((cells) => {
    const sums = names.map((name) => {
      const tried = cells.filter(({ family }) => family === name);
      return tried.length === 0 ? "·" : String(tried.reduce((sum, { effects }) => sum + effects.length, 0));
    });
    const count = (name: "heard" | "obeyed"): number => cells.filter((cell) => Number(cell[name]) > 0).length;
    const how = `${cells.length} tried, ${count("heard")} read, ${count("obeyed")} obeyed`;
    return `${(cells[0]?.surface.name ?? "").padEnd(36)} ${sums.join(" ")}  ${how}`;
  });
  const legend = names.map((name, index) => `${index + 1} ${name}`).join(", ");
  const rest = long ? "" : " (· not drawn this time; HATRACK_LONG=1 tries every string on every surface)";
  return [`effects by surface and family${rest}`, ...lines, `families: ${legend}`].join("\n");
}

describe("a model that obeys what it reads", () => {
  it(
    "has no effect, whatever the string and wherever it stands",
    async () => {
      const rows: Cell[][] = [];
      for (const [at, surface] of surfaces.entries()) rows.push(await cellsOf(surface, at));
      console.log(table(rows));
      const cells = rows.flat();
      const bad = cells.filter(({ effects }) => effects.length > 0);
      expect(bad.slice(0, 10).map(({ surface, family, effects }) => [surface.name, family, effects])).toEqual(
        [],
      );
      // A cell in which nobody read the order, or nobody obeyed it, would prove nothing.
      for (const { surface, family, heard } of cells)
        expect([surface.name, family, heard]).toEqual([surface.name, family, surface.reaches === "prompt"]);
      for (const { surface, family, obeyed } of cells)
        expect([surface.name, family, obeyed > 0]).toEqual([
          surface.name,
          family,
          surface.reaches === "prompt",
        ]);
    },
    long ? 3_600_000 : 60_000,
  );
});
