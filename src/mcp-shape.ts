/** The shape of soc.yaml's `mcp`: servers of tools, how each is reached, and which role may use which of its tools. */
import { z } from "zod";
import { RoleName } from "./events/vocabulary.ts";
import { maySeeSecrets } from "./loopback.ts";

/** Hatrack's own secrets are nobody else's, whatever a server asks for. */
const own = /^(HATRACK_|LLM_|NODE_|PAGER_|REDIS_|SLACK_(APP|BOT|SIGNING)_|WEBHOOK_SECRET)/;
const EnvName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, "expected the name of an environment variable, such as SIEM_TOKEN")
  .refine((name) => !own.test(name), {
    error: ({ input }) => `${String(input)} is hatrack's own; expected a variable of the server's`,
  });

const HeaderName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "expected a header's name");
const HeaderValue = z
  .string()
  .regex(
    /^(?:[A-Za-z]{1,20} )?\$\{[A-Z][A-Z0-9_]{0,63}\}$/,
    'expected a variable and at most one word before it, such as "Bearer ${SIEM_TOKEN}"; no secret stands in this file',
  )
  .refine((value) => !own.test(variableOf(value)), { error: "that variable is hatrack's own" });

const Url = z.url({ protocol: /^https?$/ }).refine((url) => maySeeSecrets(new URL(url)), {
  error: "expected https://…, or http:// on this machine (127.0.0.1, localhost)",
});

/** "Bearer ${SIEM_TOKEN}" → "SIEM_TOKEN". */
export function variableOf(value: string): string {
  return /\$\{([A-Z0-9_]+)\}$/.exec(value)?.[1] ?? "";
}

export const McpServerShape = z
  .strictObject({
    /** A process of our own, by its arguments; no shell. */
    command: z.array(z.string().min(1).max(1000)).min(1).max(50).optional(),
    /** All it gets of our environment, beside HOME, LOGNAME, PATH, SHELL, TERM and USER. */
    env: z.array(EnvName).max(20).default([]),
    /** Or a server elsewhere, by streamable HTTP. */
    url: Url.optional(),
    headers: z.record(HeaderName, HeaderValue).default({}),
    /** Role → the tools it may use, by the server's names for them. */
    roles: z.record(
      RoleName,
      z
        .array(z.string().regex(/^[A-Za-z0-9_./-]{1,64}$/, "expected a tool's name as the server has it"))
        .min(1)
        .max(30),
    ),
    /** How long it has to start, and to say what it offers. */
    startSeconds: z.number().positive().max(60).default(10),
    /** How long one call may take. */
    callSeconds: z.number().positive().max(120).default(20),
    /** Of one result, as the model reads it: the rest is cut. */
    resultBytes: z.int().min(200).max(7_900).default(6_000),
  })
  .superRefine(({ command, env, url, headers }, context) => {
    if ((command === undefined) === (url === undefined)) {
      context.addIssue('expected either "command" or "url", one of the two');
    } else if (url === undefined ? Object.keys(headers).length > 0 : env.length > 0) {
      context.addIssue('"env" goes with "command", "headers" with "url"');
    }
  });
export type McpServerConfig = z.infer<typeof McpServerShape>;

const ServerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, "expected a short name such as siem: its tools are called siem__NAME");

export const McpShape = z
  .strictObject({ servers: z.record(ServerName, McpServerShape).default({}) })
  .prefault({});
