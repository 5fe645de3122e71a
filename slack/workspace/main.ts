/**
 * The workspace as a process of its own, so that it lives on when hatrack does not:
 * `node slack/workspace/main.ts --port 0 --file workspace.db --directory directory.json [--token TOKEN]`.
 * Prints one line of JSON, `{"url", "token"}`, when it serves; SIGTERM and SIGINT end it.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { startWorkspace } from "./server.ts";

const USAGE = "usage: main.ts [--port N] [--file FILE] --directory JSONFILE [--token TOKEN]";

const optionsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  file: z.string().default(":memory:"),
  directory: z.string(),
  token: z.string().min(8).optional(),
});

function readOptions(): z.infer<typeof optionsSchema> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { port: text, file: text, directory: text, token: text } });
  return optionsSchema.parse(values);
}

async function main(): Promise<void> {
  const { token, directory, ...options } = readOptions();
  const workspace = await startWorkspace({
    ...options,
    directory: JSON.parse(readFileSync(directory, "utf8")) as unknown,
    ...(token === undefined ? {} : { token }),
  });
  const end = () => void workspace.close().then(() => process.exit(0));
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  process.stdout.write(`${JSON.stringify({ url: workspace.url, token: workspace.token })}\n`);
}

main().catch((error: unknown) => {
  const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
  process.stderr.write(`workspace: ${reason}\n${USAGE}\n`);
  process.exitCode = 2;
});
