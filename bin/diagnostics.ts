/** pino on stderr: one line of JSON a line, or on a terminal one line a person can read. Secrets are redacted. */
import { Writable } from "node:stream";
import { pino } from "pino";
import { z } from "zod";
import type { Diagnostics } from "../src/diagnostics.ts";

const secrets = [
  "token",
  "botToken",
  "appToken",
  "signingSecret",
  "apiKey",
  "authorization",
  "secret",
  "password",
];

export function makeDiagnostics(level: string, terminal = process.stderr.isTTY): Diagnostics {
  const redact = { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: "(redacted)" };
  return pino(
    { level, redact, base: null },
    terminal ? readable() : pino.destination({ dest: 2, sync: true }),
  );
}

const Line = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default("") });
const names: Readonly<Record<number, string>> = { 20: "debug", 30: "", 40: "warning: ", 50: "error: " };

/** "06:12:31  warning: Slack is down  group=slack-case why=ECONNREFUSED" */
function readable(): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const { level, time, msg, ...fields } = Line.parse(JSON.parse(chunk.toString("utf8")));
      const shown = Object.entries(fields).map(([name, value]) => `${name}=${inline(value)}`);
      const clock = new Date(time).toTimeString().slice(0, 8);
      process.stderr.write(
        `${clock}  ${names[level] ?? ""}${msg}${shown.length > 0 ? `  ${shown.join(" ")}` : ""}\n`,
      );
      done();
    },
  });
}

function inline(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
