import { expect, it } from "vitest";
import { judgeAll, recheck, type Known } from "../../../vendors/mcp-listing.ts";

const offered = (names: readonly string[]) =>
  judgeAll(
    names.map((name) => ({ name, inputSchema: { type: "object" }, annotations: { readOnlyHint: true } })),
  );

it("takes no more names of a server that has new ones each time it is asked, and keeps the first", () => {
  let known: Known = new Map();
  for (let time = 0; time < 12; time += 1) {
    const names = Array.from({ length: 100 }, (_, n) => `tool-${time}-${n}`);
    ({ known } = recheck(known, offered(names)));
  }
  expect(known.size).toBe(1_000);
  const { usable, changes } = recheck(known, offered(["tool-0-0", "tool-11-0"]));
  expect(usable.map(({ name }) => name)).toEqual(["tool-0-0"]);
  expect(changes).toMatchObject([{ tool: "tool-0-0", usable: true }]);
});
