/** One thing an event says, as a sentence; and the few words all such sentences share. */
import type { EventType } from "../events/catalogue.ts";
import type { KnownEvent } from "../events/envelope.ts";
import type { Verdict } from "../events/vocabulary.ts";

export interface Fact {
  readonly type: EventType;
  readonly text: string;
  /** Event ids; the event itself first, then what its words rest on besides. */
  readonly cites: readonly string[];
  /** RFC 3339. */
  readonly time: string;
  /** The role that said it: "tier2". */
  readonly role?: string;
  /** What the proposal it is about would do: "isolate_host". */
  readonly verb?: string;
  readonly outcome?: string;
  /** What a label says the case is. */
  readonly verdict?: Verdict;
  /** A sentence of its own beside the first one of its event, for who asks about exactly that. */
  readonly detail?:
    "command" | "indicators" | "techniques" | "evidence" | "confidence" | "severity" | "steps";
}

/** What was asked of people, by proposal: whoever decides it decides this. */
export interface Proposed {
  readonly verb: string;
  readonly what: string;
  /** Of the event that says what it is. */
  readonly eventId: string;
}

export type Proposals = ReadonlyMap<string, Proposed>;

const titles: Readonly<Record<string, string>> = {
  ...{ sentinel: "Sentinel", tier2: "Tier 2", "ir-lead": "IR Lead", "threat-intel": "Threat Intel" },
};

/** "tier2" → "Tier 2"; a role of somebody else's by its own name. */
export function titleOf(role: string): string {
  return titles[role] ?? role;
}

export function words(token: string): string {
  return token.replaceAll("_", " ");
}

/** "/roles/tier2" → "tier2". */
export function roleOf(event: Pick<KnownEvent, "source">): string {
  return event.source.slice(event.source.lastIndexOf("/") + 1);
}
