/** Every place where text of a stranger enters: which events, tools or precedent carry it, and how much of it fits. */
import type { EventData } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Precedent } from "../../src/memory/precedent.ts";
import { asked, mia, said, triage, type Alert } from "../slack/given.ts";

export const toolNames = [
  "host_details",
  "user_details",
  "indicator_reputation",
  "decode_command",
  "attack_technique",
  "known_exploited",
  "related_alerts",
] as const;

export interface Carried {
  readonly alert?: Partial<Alert>;
  /** Events that stand in the case before the hat wakes. */
  readonly before?: readonly KnownEvent[];
  readonly precedent?: readonly Precedent[];
  /** The tool that says it. */
  readonly tool?: string;
  /** The tool refuses with it. */
  readonly toolError?: string;
  /** What a tool that somebody else serves calls itself. */
  readonly description?: string;
  /** A tool that somebody else serves: what its maker says of it, and what it answers. */
  readonly foreign?: { readonly says: string; readonly result: string };
  /** A person's name, as the directory has it. */
  readonly displayName?: string;
  /** Typed at the app, in a thread or as a command. */
  readonly question?: string;
}

export interface Surface {
  readonly name: string;
  /** Characters that fit. */
  readonly most: number;
  /** "prompt": a hat reads it; "screen": no prompt ever holds it. */
  readonly reaches: "prompt" | "screen";
  /** The first hat that reads it, or the IR Lead as it answers a person's question. Default Sentinel. */
  readonly from?: "tier2" | "answering";
  readonly carry: (text: string) => Carried;
}

const inAlert = (
  name: string,
  most: number,
  place: (text: string) => Partial<Alert>,
  reaches: Surface["reaches"] = "prompt",
): Surface => ({
  ...{ name: `alert: ${name}`, most, reaches },
  carry: (text) => ({ alert: place(text) }),
});

const past = (over: Partial<Precedent>): Precedent => ({
  caseId: "CASE-0000000001",
  matched: [{ type: "domain", value: "c2.bad.example" }],
  score: 2,
  verdict: "false_positive",
  confirmedBy: "person",
  peopleDid: [],
  peopleTurnedDown: [],
  ...over,
});

const inPast = (name: string, place: (text: string) => Partial<Precedent>): Surface => ({
  ...{ name: `precedent: ${name}`, most: 400, reaches: "prompt" },
  carry: (text) => ({ precedent: [past(place(text))] }),
});

const before = (
  name: string,
  most: number,
  events: (text: string) => readonly KnownEvent[],
  reaches: Surface["reaches"] = "prompt",
): Surface => ({
  ...{ name, most, reaches, from: "tier2" },
  carry: (text) => ({ before: events(text) }),
});

/** A proposal that was asked, and what came of it. */
function proposal(over: { why?: string; target?: string }): KnownEvent[] {
  const ask = over.target === undefined ? {} : { target: { type: "host", value: over.target } as const };
  const data = asked("p-before", { ask });
  const decided: EventData<"action.decided"> = {
    ...{ proposalId: "p-before", outcome: "rejected", by: [mia], digest: data.digest },
    why: over.why ?? "not now",
  };
  return [said("handoff.requested", data), said("action.decided", decided)];
}

const ids = { proposalId: "p-before", by: mia };

export const surfaces: readonly Surface[] = [
  inAlert("title", 512, (title) => ({ title })),
  inAlert("description", 4000, (description) => ({ description })),
  inAlert("rule name", 512, (name) => ({ rule: { id: "r1", name } })),
  inAlert("rule id", 256, (id) => ({ rule: { id, name: "Rule" } })),
  inAlert("source's id", 512, (sourceId) => ({ sourceId })),
  inAlert("host name", 255, (name) => ({ host: { name } })),
  inAlert("host id", 255, (id) => ({ host: { name: "H", id } })),
  inAlert("host address", 64, (ip) => ({ host: { name: "H", ip } })),
  inAlert("operating system", 255, (os) => ({ host: { name: "H", os } })),
  inAlert("user name", 255, (name) => ({ user: { name } })),
  inAlert("user id", 255, (id) => ({ user: { name: "u", id } })),
  inAlert("command line", 16_000, (commandLine) => ({ process: { commandLine } })),
  inAlert("parent process", 16_000, (parent) => ({ process: { parent } })),
  inAlert("file name", 1024, (fileName) => ({ process: { fileName } })),
  inAlert("file path", 2048, (path) => ({ process: { path } })),
  inAlert("file hash", 64, (sha256) => ({ process: { sha256 } })),
  inAlert("tactic", 128, (tactic) => ({ tactic })),
  inAlert("disposition", 255, (disposition) => ({ disposition })),
  inAlert("URL", 2000, (text) => ({ indicators: [{ type: "url", value: `http://x.example/${text}` }] })),
  inAlert("actor's name", 2000, (value) => ({ indicators: [{ type: "actor", value }] })),
  inAlert("console link", 2000, (text) => ({ link: `https://x.example/${text}` }), "screen"),
  inAlert("raw field", 280, (comment) => ({ raw: { device: { tags: [comment] }, comment } })),
  inAlert("raw key", 200, (key) => ({ raw: { [key]: "x" } })),
  ...toolNames.map((tool): Surface => ({
    ...{ name: `tool result: ${tool}`, most: 3000, reaches: "prompt" },
    carry: () => ({ tool }),
  })),
  {
    ...{ name: "tool error", most: 3000, reaches: "prompt" },
    carry: (text) => ({ tool: "host_details", toolError: text }),
  },
  {
    ...{ name: "tool description", most: 1000, reaches: "prompt" },
    carry: (description) => ({ description }),
  },
  {
    ...{ name: "a server's tool: its notes", most: 600, reaches: "prompt" },
    carry: (says) => ({ foreign: { says, result: "nothing" } }),
  },
  {
    ...{ name: "a server's tool: its result", most: 3000, reaches: "prompt" },
    carry: (result) => ({ foreign: { says: "", result } }),
  },
  inPast("summary or label reason", (reason) => ({ reason })),
  inPast("rule", (rule) => ({ rule })),
  inPast("reject reason", (why) => ({ peopleTurnedDown: [`isolate_host X: rejected (${why})`] })),
  before("another role's finding", 1500, (summary) => [
    said("alert.triaged", triage({ summary, riskFactors: [summary.slice(0, 600)] })),
  ]),
  before("why it was escalated", 4000, (why) => [
    said("case.escalated", { toRole: "tier2", why, priority: 9 }),
  ]),
  before("a role's failure", 2000, (detail) => [
    said("role.failed", {
      ...{ role: "sentinel", title: detail.slice(0, 100), reason: "invalid_output", detail },
      ...{ steps: [], model: "m" },
    }),
  ]),
  before("label reason", 2000, (reason) => [
    said("case.labelled", { verdict: "false_positive", by: mia, reason, origin: "slack" }),
  ]),
  before(
    "a source's label",
    2000,
    (reason) => [
      said("case.labelled", {
        ...{ from: "source", verdict: "false_positive", reason, origin: "crowdstrike" },
        labelledBy: { source: "crowdstrike", sourceId: "ind:1", person: reason.slice(0, 255) },
      }),
    ],
    "screen",
  ),
  before("reject reason", 2000, (why) => proposal({ why })),
  before("a target a person edited", 512, (target) => proposal({ target })),
  before(
    "question of need-info",
    2000,
    (question) => [...proposal({}), said("info.requested", { ...ids, question })],
    "screen",
  ),
  {
    ...{ name: "question to the role that proposed", most: 2000, reaches: "prompt", from: "answering" },
    carry: (question) => ({
      before: [...proposal({}), said("info.requested", { ...ids, question, asks: "ir-lead" })],
    }),
  },
  before(
    "answer to need-info",
    2000,
    (answer) => [...proposal({}), said("info.answered", { ...ids, answer, evidence: [], from: "person" })],
    "screen",
  ),
  before(
    "why a decision was refused",
    2000,
    (message) => [
      said("decision.refused", {
        ...{ decisionId: "d1", decision: "authorise", principal: mia, rule: "not_a_member" },
        ...{ message, whoCan: message.slice(0, 200) },
      }),
    ],
    "screen",
  ),
  {
    ...{ name: "directory: display name", most: 80, reaches: "screen" },
    carry: (displayName) => ({ displayName }),
  },
  {
    ...{ name: "thread message to the app", most: 300, reaches: "screen" },
    carry: (question) => ({ question }),
  },
];
