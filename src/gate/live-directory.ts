/**
 * The directory as the gate asks it: fresh for whoever may answer, without a call for whoever may not. Slack allows
 * about 20 such calls a minute (lesson 27), so that
 *   - who is not in an answer at most 10 s old is refused on it, without a call;
 *   - a member's decision asks anew, up to a number of calls a minute; past it an answer at most 10 s old will do;
 *   - a failure is kept for 3 s, one call at a time is in flight per group, and a call that hangs is a failure.
 */
import { isoTime, type Clock } from "../clock.ts";
import { reasonOf } from "../errors.ts";
import type { Principal } from "../events/vocabulary.ts";
import { samePrincipal } from "./authority.ts";
import type { Directory, DirectoryAnswer } from "./directory.ts";

export interface LiveOptions {
  readonly clock: Clock;
  /** How old an answer may be when it is used, milliseconds. Default 10,000. */
  readonly maxAgeMs?: number;
  /** How long a call may take, milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
  /** Calls a minute over all groups before answers are used again. Default 12. */
  readonly callsAMinute?: number;
}

interface Known {
  readonly answer: DirectoryAnswer;
  /** When it was asked for, by our own clock. */
  readonly at: number;
}

const failureHeldMs = 3_000;

export class LiveDirectory {
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #timeoutMs: number;
  readonly #callsAMinute: number;
  readonly #known = new Map<string, Known>();
  readonly #inFlight = new Map<string, Promise<DirectoryAnswer>>();
  #calls: number[] = [];

  constructor(directory: Directory, options: LiveOptions) {
    this.#directory = directory;
    this.#clock = options.clock;
    this.#maxAgeMs = options.maxAgeMs ?? 10_000;
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#callsAMinute = options.callsAMinute ?? 12;
    directory.onChange?.(() => {
      this.forget();
    });
  }

  /** Who is on call there, recent enough to judge this person on. Never throws. */
  ask(role: string, principal: Principal): Promise<DirectoryAnswer> {
    const known = this.#recent(role);
    if (known !== undefined && (!lists(known, principal) || this.#spent())) return Promise.resolve(known);
    return this.#inFlight.get(role) ?? this.#call(role);
  }

  /** Who is on call there, if that is known or can be asked without using up what decisions need. Never throws. */
  async observe(role: string): Promise<DirectoryAnswer | undefined> {
    const known = this.#recent(role);
    if (known !== undefined) return known;
    if (this.#callsOfLate() >= this.#callsAMinute / 2) return undefined;
    return this.#inFlight.get(role) ?? this.#call(role);
  }

  /** Groups have changed: what is known, and what is being asked, no longer counts. */
  forget(): void {
    this.#known.clear();
    this.#inFlight.clear();
  }

  #recent(role: string): DirectoryAnswer | undefined {
    const known = this.#known.get(role);
    if (known === undefined) return undefined;
    const held = known.answer.kind === "members" ? this.#maxAgeMs : failureHeldMs;
    return this.#clock.now() - known.at <= held ? known.answer : undefined;
  }

  #spent(): boolean {
    return this.#callsOfLate() >= this.#callsAMinute;
  }

  #callsOfLate(): number {
    this.#calls = this.#calls.filter((at) => at > this.#clock.now() - 60_000);
    return this.#calls.length;
  }

  #call(role: string): Promise<DirectoryAnswer> {
    const at = this.#clock.now();
    this.#calls.push(at);
    const asked = this.#answer(role, at).then((answer) => {
      if (this.#inFlight.get(role) === asked) {
        this.#inFlight.delete(role);
        this.#known.set(role, { answer, at });
      }
      return answer;
    });
    this.#inFlight.set(role, asked);
    return asked;
  }

  async #answer(role: string, at: number): Promise<DirectoryAnswer> {
    const unavailable = (why: string): DirectoryAnswer => ({
      kind: "unavailable",
      group: role,
      askedAt: isoTime(at),
      why,
    });
    let answer: DirectoryAnswer;
    try {
      const late = unavailable(`no answer in ${this.#timeoutMs} ms`);
      answer = await within(this.#timeoutMs, this.#directory.onCall(role), late);
    } catch (error) {
      return unavailable(reasonOf(error));
    }
    const age = this.#clock.now() - Date.parse(answer.askedAt);
    return age <= this.#maxAgeMs
      ? answer
      : unavailable(`its answer is of ${answer.askedAt}, too old to rest on`);
  }
}

function lists(answer: DirectoryAnswer, principal: Principal): boolean {
  return (
    answer.kind === "members" && answer.members.some((person) => samePrincipal(person.principal, principal))
  );
}

async function within<T>(ms: number, promise: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<T>((resolve) => {
    timer = setTimeout(() => {
      resolve(late);
    }, ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
