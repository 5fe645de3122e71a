/** What the front end needs to know of soc.yaml, and no more. */
import type { Severity } from "../src/events/vocabulary.ts";
import type { OnCallRole } from "../src/gate/policy.ts";
import type { SocFile } from "../src/soc-schema.ts";
import type { Markup } from "./text.ts";

export interface SlackConfig {
  /** Channel of a case's thread: an id ("C0…") or a name ("#soc-cases"). */
  channelOf(severity: Severity): string;
  readonly onCall: Readonly<Record<string, OnCallRole>>;
  /** Hosts a link may lead to: the console's. */
  readonly consoleHosts: readonly string[];
  /** A case of this priority or higher gets a thread, whatever its verdict. */
  readonly threadPriority: number;
  /** On-call roles whose people may ask `/soc`. */
  readonly readers: readonly string[];
  /** From the inventory: "Finance". */
  departmentOf(host: string): string | undefined;
}

export function slackConfig(
  soc: SocFile,
  departmentOf: (host: string) => string | undefined = () => undefined,
): SlackConfig {
  const { channels, onCall, consoleHosts, posting, rights } = soc;
  return {
    channelOf: (severity) => named(channels[severity === "informational" ? "low" : severity]),
    ...{ onCall, consoleHosts, departmentOf },
    threadPriority: posting.threadPriority,
    readers: rights.read,
  };
}

function named(channel: string): string {
  return /^[CG][A-Z0-9]+$/.test(channel) ? channel : `#${channel}`;
}

/** What a card is drawn with besides the case: pure data, looked up before. */
export interface Look {
  readonly consoleHosts: readonly string[];
  /** On-call role → its live mention; a role that is not there is named without one. */
  readonly mentions: ReadonlyMap<string, Markup>;
  readonly department?: string;
}
