/** Bolt's and the Web API's own lines, as diagnostics of ours. Debug lines hold payloads and are left out. */
import { LogLevel, type Logger } from "@slack/bolt";
import type { Diagnostics } from "../src/diagnostics.ts";

export function boltLogger(diagnostics: Diagnostics): Logger {
  const line = (parts: readonly unknown[]): string => parts.map((part) => text(part)).join(" ");
  return {
    debug: () => undefined,
    info: (...parts) => {
      diagnostics.debug({ component: "bolt" }, line(parts));
    },
    warn: (...parts) => {
      diagnostics.warn({ component: "bolt" }, line(parts));
    },
    error: (...parts) => {
      diagnostics.error({ component: "bolt" }, line(parts));
    },
    getLevel: () => LogLevel.INFO,
    setLevel: () => undefined,
    setName: () => undefined,
  };
}

function text(part: unknown): string {
  if (typeof part === "string") return part;
  return part instanceof Error ? part.message : "(object)";
}
