/**
 * Cases that a repeat still counts in: same source, rule and host, within a window from the first alert. A repeat that
 * is worse, or names another user or a strong indicator the first one did not, has a case of its own: somebody must
 * look. Nothing is kept of a group but its first alert's key facts and a count.
 */
import type { Alert } from "../events/alert-events.ts";
import type { EventData } from "../events/catalogue.ts";
import { Severity } from "../events/vocabulary.ts";
import { strengthOf } from "../indicators/classify.ts";

export interface Grouping {
  /** How long after its first alert a case takes repeats in; 0: never. */
  readonly minutes: number;
  /** Alerts of one case; one more opens the next. */
  readonly most: number;
}

interface Group {
  readonly caseId: string;
  readonly key: string;
  readonly severity: Severity;
  readonly user: string | undefined;
  readonly strong: ReadonlySet<string>;
  /** Log time of the first. */
  readonly since: number;
  count: number;
}

/** Beyond that the oldest is forgotten: its next repeat has a case of its own, which costs work and loses nothing. */
const mostGroups = 20_000;

export class OpenGroups {
  readonly #grouping: Grouping;
  readonly #byCase = new Map<string, Group>();
  readonly #byKey = new Map<string, Set<Group>>();

  constructor(grouping: Grouping) {
    this.#grouping = grouping;
  }

  /** The case this alert repeats, and which one of it it would be. */
  of(alert: Alert, now: number): { caseId: string; count: number } | undefined {
    const key = keyOf(alert);
    // The first one itself, read again.
    if (key === undefined || this.#byCase.has(alert.caseId)) return undefined;
    for (const group of this.#byKey.get(key) ?? []) {
      if (now - group.since >= this.#windowMs) this.closed(group.caseId);
      else if (group.count < this.#grouping.most && isRepeat(alert, group)) {
        return { caseId: group.caseId, count: group.count + 1 };
      }
    }
    return undefined;
  }

  opened(alert: Alert, since: number, now: number): void {
    const key = keyOf(alert);
    if (key === undefined || this.#byCase.has(alert.caseId) || now - since >= this.#windowMs) return;
    const { caseId, severity, user } = alert;
    const group = {
      caseId,
      key,
      severity,
      user: user?.name,
      strong: new Set(strongOf(alert)),
      since,
      count: 1,
    };
    this.#byCase.set(caseId, group);
    const alike = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, alike.add(group));
    const [oldest] = this.#byCase.keys();
    if (this.#byCase.size > mostGroups && oldest !== undefined) this.closed(oldest);
  }

  joined({ caseId, count }: EventData<"alert.grouped">): void {
    const group = this.#byCase.get(caseId);
    if (group !== undefined) group.count = Math.max(group.count, count);
  }

  /** Nobody looks at it any more: a repeat has a case of its own. */
  closed(caseId: string): void {
    const group = this.#byCase.get(caseId);
    if (group === undefined) return;
    this.#byCase.delete(caseId);
    const alike = this.#byKey.get(group.key);
    alike?.delete(group);
    if (alike?.size === 0) this.#byKey.delete(group.key);
  }

  get #windowMs(): number {
    return this.#grouping.minutes * 60_000;
  }
}

/** What stands on the log of an alert that has no case of its own. */
export function briefOf(alert: Alert): EventData<"alert.suppressed">["alert"] {
  const { source, rule, title, severity, time, host, user } = alert;
  const where = host === undefined ? {} : { host };
  return { ...{ source, rule, title, severity, time }, ...where, ...(user === undefined ? {} : { user }) };
}

/** Without a host there is nothing to tell two of them apart by. */
function keyOf({ source, rule, host }: Alert): string | undefined {
  if (host === undefined) return undefined;
  return JSON.stringify([source, rule.id, rule.name, host.id ?? "", host.name.toLowerCase()]);
}

function isRepeat(alert: Alert, { severity, user, strong }: Group): boolean {
  const rank = Severity.options.indexOf(alert.severity) - Severity.options.indexOf(severity);
  if (rank > 0 || (alert.user !== undefined && alert.user.name !== user)) return false;
  return strongOf(alert).every((indicator) => strong.has(indicator));
}

function strongOf({ indicators, process }: Alert): string[] {
  const hash = process?.sha256 === undefined ? [] : [`sha256 ${process.sha256.toLowerCase()}`];
  const named = indicators.filter(({ type }) => strengthOf(type) === "strong");
  return [...named.map(({ type, value }) => `${type} ${value.toLowerCase()}`), ...hash];
}
