/** pino on stderr: one line of JSON a line, or on a terminal one line a person can read. Secrets are redacted. */
import { Writable } from "node:stream";
import { pino, type DestinationStream } from "pino";
import { z } from "zod";
import { makeRedactor, redactText } from "../src/agent/redact.ts";
import type { SecretShape } from "../src/agent/secret-shapes.ts";
import { atHand } from "../src/bus/at-hand.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { secretsOf, type Config } from "./config.ts";
import { shown } from "./table.ts";

const censor = "[redacted]";
const fields = [
  "token",
  "botToken",
  "appToken",
  "signingSecret",
  "apiKey",
  "authorization",
  "secret",
  "password",
];

interface Output {
  /** Where lines go. Default: stderr. */
  readonly write: (line: string) => void;
  /** For a person at a terminal, instead of JSON. */
  readonly readable: boolean;
}

const stderr: Output = {
  write: (line) => process.stderr.write(line),
  readable: process.stderr.isTTY,
};

/**
 * By a field's name, by how a secret looks, and by the very values this process was configured with.
 *
 * @param shapes of secrets beside those that come with hatrack
 */
export function makeDiagnostics(
  config: Config,
  output: Output = stderr,
  shapes: readonly SecretShape[] = [],
): Diagnostics {
  const redact = { paths: [...fields, ...fields.map((name) => `*.${name}`)], censor };
  const secrets = secretsOf(config).map((secret) => JSON.stringify(secret).slice(1, -1));
  const own = makeRedactor({ shapes });
  // A shape of one's own may fit across a quotation mark: it is looked for in each string, so that a line stays a line.
  const shaped = (line: string): string =>
    shapes.length === 0 ? redactText(line) : `${JSON.stringify(own.value(JSON.parse(line)))}\n`;
  const clean = (line: string): string =>
    secrets.reduce((text, secret) => text.replaceAll(secret, censor), shaped(line));
  const hooks = { streamWrite: clean };
  // Every line of a handling, whoever writes it, says of which case, by whom and in which trace.
  const mixin = (): object => ({ ...atHand() });
  return pino({ level: config.logLevel, redact, base: null, hooks, mixin }, destination(output));
}

function destination({ write, readable }: Output): DestinationStream {
  if (!readable) return { write };
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      write(lineFor(chunk.toString("utf8")));
      done();
    },
  });
}

const Line = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default("") });
const names: Readonly<Record<number, string>> = { 20: "debug: ", 30: "", 40: "warning: ", 50: "error: " };

/** "06:12:31  warning: Slack is down  group=slack-case why=ECONNREFUSED" */
function lineFor(json: string): string {
  const { level, time, msg, ...fields } = Line.parse(JSON.parse(json));
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${inline(value)}`);
  const clock = new Date(time).toTimeString().slice(0, 8);
  // What an alert wrote may stand in a message: a terminal would obey it.
  return `${clock}  ${names[level] ?? ""}${shown([msg, ...rest].join("  "))}\n`;
}

function inline(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
