import { reasonOf } from "../src/errors.ts";
import type { Terminal } from "./main.ts";

/** This process's own. Whoever reads us may stop in the middle (`hatrack audit export | head`): no fault of ours. */
export function processTerminal(): Terminal {
  process.stdout.on("error", (error: Error) => {
    if ("code" in error && error.code === "EPIPE") process.exit(0);
    console.error(`hatrack: stdout: ${reasonOf(error)}`);
    process.exit(1);
  });
  return {
    env: process.env,
    print: (line) => {
      process.stdout.write(`${line}\n`);
    },
    complain: (line) => {
      process.stderr.write(`${line}\n`);
    },
  };
}
