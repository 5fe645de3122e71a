#!/usr/bin/env node
// The Node check comes before any other import: an older Node could not read them.
import { join } from "node:path";
import { nodeTooOld } from "./node-version.ts";

const problem = nodeTooOld(process.version);
if (problem === undefined) {
  // A folder of ours: in the shared one of all users somebody else could have put code there for us to run.
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/hatrack"));
  const { main } = await import("./main.ts");
  const { processTerminal } = await import("./terminal.ts");
  process.exitCode = await main(process.argv.slice(2), processTerminal());
} else {
  console.error(problem);
  process.exitCode = 2;
}
