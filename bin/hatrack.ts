#!/usr/bin/env node
// The Node check comes before any other import: an older Node could not read them.
import { nodeTooOld } from "./node-version.ts";

const problem = nodeTooOld(process.version);
if (problem === undefined) {
  const { main } = await import("./main.ts");
  const { processTerminal } = await import("./terminal.ts");
  process.exitCode = await main(process.argv.slice(2), processTerminal());
} else {
  console.error(problem);
  process.exitCode = 2;
}
