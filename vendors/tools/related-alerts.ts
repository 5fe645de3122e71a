import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool } from "../../src/agent/define-tool.ts";
import { isoTime, type Clock } from "../../src/clock.ts";
import type { Bus } from "../../src/bus/bus.ts";
import type { Indicator } from "../../src/events/vocabulary.ts";
import { indicatorsIn } from "../../src/indicators/extract.ts";
import { cutText, withinBytes } from "../fit.ts";
import { AlertIndex, type IndexedAlert } from "./alert-index.ts";

const dayMs = 86_400_000;
/** Alerts shown, and bytes of JSON they may have; the count of all is given. */
const maxShown = 15;
const shownBytes = 7_000;

const Input = z
  .object({
    host: z.string().min(1).max(255).optional(),
    user: z.string().min(1).max(255).optional(),
    indicator: z.string().min(1).max(2048).optional().describe("a domain, IP address, URL or hash"),
    rule: z.string().min(1).max(512).optional().describe("the rule's name or id"),
    days: z.number().positive().max(90).default(14).describe("how far from `time`, in days"),
    time: z.iso.datetime({ offset: true }).optional().describe("around when; default now"),
    caseId: z.string().max(32).optional().describe("the case at hand, left out of the answer"),
  })
  .refine(
    ({ host, user, indicator, rule }) => [host, user, indicator, rule].some((each) => each !== undefined),
    {
      message: "expected at least one of host, user, indicator, rule",
    },
  );
type Input = z.infer<typeof Input>;

interface RelatedAlertsDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  /** What came in later is not there, milliseconds since the epoch. Default: all of the log. */
  readonly asOf?: (() => number) | undefined;
}

/** Other alerts that share a host, user, indicator or rule with the one at hand, from the event log. */
export function relatedAlerts({ bus, clock, asOf }: RelatedAlertsDeps): StructuredToolInterface {
  const index = new AlertIndex(bus);
  return defineTool({
    name: "related_alerts",
    description:
      "Other alerts on the log within some days that share the host, user, indicator or rule given, those that share most first. An alert here is a detection, not a verdict.",
    input: Input,
    maxBytes: 8_000,
    run: async (asked) => {
      const until = asOf?.() ?? Infinity;
      const { host, user, rule, indicator } = asked;
      const indicators = indicator === undefined ? [] : indicatorsIn(indicator);
      const rules = rule === undefined ? [] : [rule];
      const alerts = await index.sharing({ host, user, rules, indicators });
      const related = find(alerts, { ...asked, indicators }, { now: clock.now(), until });
      return { total: related.length, alerts: withinBytes(related.slice(0, maxShown).map(show), shownBytes) };
    },
  });
}

interface Related {
  readonly alert: IndexedAlert;
  readonly shares: readonly string[];
}

interface When {
  readonly now: number;
  readonly until: number;
}

interface Asked extends Input {
  readonly indicators: readonly Indicator[];
}

function find(alerts: Iterable<IndexedAlert>, asked: Asked, { now, until }: When): Related[] {
  const around = asked.time === undefined ? now : Date.parse(asked.time);
  const related: Related[] = [];
  for (const alert of alerts) {
    if (alert.caseId === asked.caseId || alert.receivedMs > until) continue;
    if (Math.abs(alert.timeMs - around) > asked.days * dayMs) continue;
    related.push({ alert, shares: shared(alert, asked) });
  }
  return related.sort(
    (a, b) => b.shares.length - a.shares.length || b.alert.timeMs - a.alert.timeMs || a.alert.n - b.alert.n,
  );
}

function shared(alert: IndexedAlert, { host, user, rule, indicators }: Asked): string[] {
  const same = alert.indicators.filter((each) =>
    indicators.some((w) => w.type === each.type && w.value === each.value),
  );
  return [
    ...(host !== undefined && sameName(alert.host, host) ? ["host"] : []),
    ...(user !== undefined && sameName(alert.user, user) ? ["user"] : []),
    ...same.map(({ type, value }) => `${type} ${value}`),
    ...(rule !== undefined && (alert.rule.name === rule || alert.rule.id === rule) ? ["rule"] : []),
  ];
}

function sameName(name: string | undefined, asked: string): boolean {
  return name?.toLowerCase() === asked.toLowerCase();
}

function show({ alert, shares }: Related): object {
  const { caseId, title, severity, rule, host, user, timeMs } = alert;
  const short = { title: cutText(title, 120), rule: cutText(rule.name, 120) };
  const shown = shares.slice(0, 5).map((share) => cutText(share, 200));
  return { caseId, time: isoTime(timeMs), ...short, severity, host, user, shares: shown };
}
