/**
 * The watch: reads the log by itself and says when nothing comes through: a canary that missed its time, alerts without
 * verdicts, a log that does not answer, a process that died. Each outage is announced once, and once when it is over.
 */
import { logTime, type Bus, type GroupStatus } from "../bus/bus.ts";
import { LogNews } from "../bus/log-news.ts";
import type { Clock } from "../clock.ts";
import { reasonOf } from "../errors.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import { SilenceFold, silenceTypes } from "./silence.ts";
import { WhereFold, whereTypes } from "./where.ts";

export type Kind = "start" | "log" | "silence" | "canary";

/** What is out, and whether it has been said: kept over restarts. */
export type Outages = Readonly<Partial<Record<Kind, { readonly since: string; readonly said: boolean }>>>;

export interface Announcement {
  /** Of this outage and this end of it: the same words said again have the same. */
  readonly id: string;
  readonly over: boolean;
  readonly kind: Kind;
  readonly words: string;
  /** It may have been said before, by a process that ended: look before saying it again. */
  readonly again: boolean;
}

export interface WatchOptions {
  /** Opened when it is first wanted, and again after a failure. */
  readonly bus: () => Promise<Pick<Bus, "read" | "groups" | "tail">>;
  readonly clock: Clock;
  readonly announce: (announcement: Announcement) => Promise<void>;
  readonly kept: { read(): Promise<Outages>; write(outages: Outages): Promise<void> };
  /** The canary that should be through by now, and since when; undefined: none is due yet. */
  readonly canaryDue: (now: number) => { readonly canaryId: string; readonly due: number } | undefined;
  /** Why the process it was started with has ended; undefined while it runs. Left out: it was started by itself. */
  readonly ended?: () => string | undefined;
  /** How long the log may not answer before that is an outage, milliseconds. Default 60,000. */
  readonly logMs?: number;
  /** How long a look at the log may take. Default 20,000. */
  readonly timeoutMs?: number;
}

const canaryTypes = ["canary.sent", "canary.passed", "canary.missed"] as const;
const types = [...silenceTypes, ...whereTypes, ...canaryTypes] as const;

export class Watch {
  readonly #options: WatchOptions;
  readonly #silence = new SilenceFold();
  readonly #where = new WhereFold();
  readonly #passed = new Set<string>();
  readonly #missed = new Map<string, string>();
  #lastCanary: string | undefined;
  #began: number | undefined;
  #started = Infinity;
  readonly #news = new LogNews(types);
  #failing: { readonly since: number; why: string } | undefined;
  #outages: Outages | undefined;
  /** The reading that is under way, and how many entries it has given so far: a long log is read on, not begun again. */
  #reading: Promise<void> | undefined;
  #entries = 0;
  /** As they stood at the last look that was answered. */
  #groups: readonly GroupStatus[] | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** One look. @throws what announcing throws; what was not said is said with the next look */
  async look(): Promise<void> {
    this.#outages ??= await this.#options.kept.read();
    const { ended } = this.#options;
    if (ended !== undefined) await this.#turn("start", ended());
    const now = this.#options.clock.now();
    this.#started = Math.min(this.#started, now);
    const answered = await this.#catchUp(now);
    const log = this.#logWhy(now);
    await this.#turn("log", log);
    if (!answered) return;
    await this.#turn("silence", this.#silenceWhy(now));
    await this.#turn("canary", this.#canaryWhy(now));
  }

  async #catchUp(now: number): Promise<boolean> {
    const { timeoutMs = 20_000 } = this.#options;
    const before = this.#entries;
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
    try {
      await within(timeoutMs, this.#reading);
      this.#failing = undefined;
      return true;
    } catch (error) {
      // It answers, and there is more of it than one look takes.
      if (this.#entries > before) {
        this.#failing = undefined;
        return false;
      }
      this.#failing = { since: this.#failing?.since ?? now, why: reasonOf(error) };
      return false;
    }
  }

  async #readOn(): Promise<void> {
    const bus = await this.#options.bus();
    for await (const { event, position } of this.#news.read(bus)) {
      this.#entries += 1;
      this.#began ??= logTime(position);
      this.#evolve(event, logTime(position));
    }
    // A log with nothing new may be read without being asked anything: how the groups stand is asked.
    this.#groups = await bus.groups();
  }

  #evolve(event: AnyEvent, at: number): void {
    this.#silence.evolve(event, at);
    this.#where.evolve(event);
    if (isEvent(event, "canary.sent")) this.#lastCanary = event.data.canaryId;
    if (isEvent(event, "canary.passed")) this.#passed.add(event.data.canaryId);
    if (isEvent(event, "canary.missed")) this.#missed.set(event.data.canaryId, event.data.stoppedAt);
  }

  #logWhy(now: number): string | undefined {
    const { logMs = 60_000 } = this.#options;
    if (this.#failing === undefined || now - this.#failing.since < logMs) return undefined;
    return `The log has not answered for ${minutes(now - this.#failing.since)}: ${this.#failing.why.slice(0, 300)}`;
  }

  #silenceWhy(now: number): string | undefined {
    const { silentMs, limitMs, waiting } = this.#silence.at(now);
    if (silentMs <= limitMs) return undefined;
    return `${waiting} alerts wait and no verdict was said for ${minutes(silentMs)}, which is longer than usual (${minutes(limitMs)}).`;
  }

  #canaryWhy(now: number): string | undefined {
    const failed = this.#lastCanary === undefined ? undefined : this.#missed.get(this.#lastCanary);
    if (failed !== undefined) return `The canary stopped at ${failed}.`;
    const due = this.#options.canaryDue(now);
    if (due === undefined || !this.#counts(due.due) || this.#passed.has(due.canaryId)) return undefined;
    const sent = this.#lastCanary === due.canaryId;
    return sent
      ? "The canary is on the log and did not come through in time."
      : "No canary was sent: whoever fires the schedules does not, or its group does not run.";
  }

  /** Nothing was due of a log that did not exist, nor is what was due before anybody watched said now; what was said stays. */
  #counts(due: number): boolean {
    if (this.#began === undefined || due < this.#began) return false;
    return due >= this.#started || this.#outages?.canary !== undefined;
  }

  async #turn(kind: Kind, why: string | undefined): Promise<void> {
    const known = this.#outages?.[kind];
    if (why !== undefined && known?.said !== true) await this.#begins(kind, why, known);
    if (why === undefined && known !== undefined) await this.#ends(kind, known);
  }

  async #begins(kind: Kind, why: string, known: { readonly since: string } | undefined): Promise<void> {
    const since = known?.since ?? new Date(this.#options.clock.now()).toISOString();
    await this.#keep({ ...this.#outages, [kind]: { since, said: false } });
    const words = `${why} ${this.#where.inWords(this.#groups)}`;
    const id = `${kind} ${since}`;
    await this.#options.announce({ id, kind, over: false, words, again: known !== undefined });
    await this.#keep({ ...this.#outages, [kind]: { since, said: true } });
  }

  async #ends(
    kind: Kind,
    { since, said }: { readonly since: string; readonly said: boolean },
  ): Promise<void> {
    const { clock, announce } = this.#options;
    const lasted = minutes(clock.now() - Date.parse(since));
    const words = `It began at ${since} and lasted ${lasted}.`;
    // What was never said is not said to be over.
    if (said) await announce({ id: `${kind} ${since} over`, kind, over: true, words, again: true });
    const { [kind]: _, ...rest } = this.#outages ?? {};
    await this.#keep(rest);
  }

  async #keep(outages: Outages): Promise<void> {
    this.#outages = outages;
    await this.#options.kept.write(outages);
  }
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`;
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`no answer within ${minutes(ms)}`));
  }, ms);
  // What comes too late is nobody's.
  work.catch(() => undefined);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
