/** What people read, byte for byte: a change of wording, of a block or of an id is seen before it is posted. */
import { expect, it } from "vitest";
import { everyMessage } from "./every.ts";

it("draws every message as it is kept in golden.jsonl", async () => {
  const lines = Object.entries(everyMessage()).map(([name, built]) => JSON.stringify({ name, ...built }));
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("golden.jsonl");
});
