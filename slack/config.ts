/** What the front end needs to know of soc.yaml, and no more. */
import type { Severity } from "../src/events/vocabulary.ts";
import type { OnCallRole, Right } from "../src/gate/policy.ts";
import type { SocFile } from "../src/soc-schema.ts";
import type { SameAction } from "./board.ts";
import type { CaseThread, Request } from "./case-thread.ts";
import type { Markup } from "./text.ts";

export interface SlackConfig {
  /** Channel of a case's thread: an id ("C0…") or a name ("#soc-cases"). */
  channelOf(severity: Severity): string;
  readonly onCall: Readonly<Record<string, OnCallRole>>;
  /** Hosts a link may lead to: the console's. */
  readonly consoleHosts: readonly string[];
  /** A case of this priority or higher gets a thread, whatever its verdict. */
  readonly threadPriority: number;
  /** Channels of soc.yaml, ids or names: the only ones an answer is shared to. */
  readonly channels: readonly string[];
  /** What concerns the SOC itself is said here. */
  readonly opsChannel: string;
  /** What needs no thread of its own, campaigns and the calendar roles' reports. */
  readonly digestChannel: string;
  /** On-call roles whose people may do what. */
  readonly rights: Readonly<Record<Right, readonly string[]>>;
  /** Role of the model → the on-call role of people behind it: whose cases are "my tier's". */
  readonly reviewers: Readonly<Record<string, string>>;
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
    channels: [...new Set(Object.values(channels))].map(named),
    opsChannel: named(channels.ops),
    digestChannel: named(channels.digest),
    rights,
    reviewers: soc.policy.reviewers,
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
  /** No model answers: what is at work waits. */
  readonly modelDown?: true;
  /** Roles that somebody has paused: what they have not answered waits. */
  readonly paused: readonly string[];
  /** What stands behind the buttons of a request's card. */
  readonly cardRef: (thread: CaseThread, request: Request) => string;
  /** Where else the same action is, or was, asked for. */
  readonly sameAs: (request: Request) => readonly SameAction[];
}
