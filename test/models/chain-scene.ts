/** A chain of canned legs with timers turned by hand, and what came of it. */
import { afterEach } from "vitest";
import { CannedModel, type CannedAnswer, type CannedTurn } from "../../src/models/canned-model.ts";
import type { Change } from "../../src/models/failover/chain.ts";
import { FailoverChatModel, type FailoverOptions } from "../../src/models/failover/failover-chat-model.ts";
import type { Leg } from "../../src/models/failover/leg.ts";
import { handTimers } from "./hand-timers.ts";

export type Play = (turn: CannedTurn) => CannedAnswer;
export const down: Play = () => ({ throws: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) });
export const says =
  (text: string): Play =>
  ({ tools }) =>
    tools.includes("echo") ? { calls: [{ tool: "echo", arguments: { word: "ready" } }] } : { text };
export const status = (code: number, retryAfter?: string): Play => {
  const headers = new Headers(retryAfter === undefined ? {} : { "retry-after": retryAfter });
  return () => ({ throws: Object.assign(new Error(`status ${code}`), { status: code, headers }) });
};
export const isProbe = ({ messages }: CannedTurn): boolean =>
  messages.at(-1)?.text.includes("with the word") === true;

export interface Scene {
  readonly chat: FailoverChatModel;
  readonly changes: Change[];
  readonly timers: ReturnType<typeof handTimers>;
  /** What each leg does now; may be changed on the way. */
  readonly plays: Play[];
  /** Questions each leg was asked, probes left out. */
  readonly asked: (leg: number) => number;
}

let scene: Scene | undefined;
afterEach(() => {
  scene?.chat.chain.close();
});

export function legs(plays: Play[], options: Partial<FailoverOptions> = {}, leg: Partial<Leg> = {}): Scene {
  const timers = handTimers();
  const changes: Change[] = [];
  const models = plays.map(
    (_, at) => new CannedModel({ role: `leg-${at}`, script: (turn) => plays[at]?.(turn) ?? { text: "?" } }),
  );
  const chat = new FailoverChatModel({
    legs: models.map((model, at) => ({ name: `leg-${at}`, model: "m", chat: model, ...leg })),
    timers,
    onChange: (change) => {
      if (!("first" in change)) changes.push(change);
    },
    ...options,
  });
  const asked = (at: number): number => models[at]?.turns.filter((turn) => !isProbe(turn)).length ?? 0;
  scene = { chat, changes, timers, plays, asked };
  return scene;
}

export async function until(reached: () => boolean): Promise<void> {
  const tries = 50_000;
  for (let n = 0; n < tries && !reached(); n += 1) await new Promise((resolve) => setImmediate(resolve));
  if (!reached()) throw new Error(`not reached: ${reached.toString()}`);
}

export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
