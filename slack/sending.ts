/** What one process does while it sends: the lanes, and the reconciler that looks by itself. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Subscription } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import type { Directory } from "../src/gate/directory.ts";
import type { DrawPicture } from "../src/seams/pictures.ts";
import { Digests } from "./digests.ts";
import { CaseLane, startCaseLane } from "./lanes/case-lane.ts";
import type { Desk } from "./lanes/desk.ts";
import { DigestLane, startDigestLane } from "./lanes/digest-lane.ts";
import { DirectCards } from "./lanes/direct-cards.ts";
import { DirectLane, startDirectLane } from "./lanes/direct-lane.ts";
import { GateLane, startGateLane } from "./lanes/gate-lane.ts";
import { OpsLane, startOpsLane } from "./lanes/ops-lane.ts";
import { PictureLane, startPictureLane } from "./lanes/picture-lane.ts";
import type { Links } from "./links.ts";
import type { Outbox } from "./outbox.ts";
import { nothing, Reconciler, type Reconciled } from "./reconciler.ts";
import type { Tenure } from "./sender.ts";
import type { Turns } from "./turns.ts";

export interface SendingOptions {
  /** New for each tenure: what another process has drawn since, this one's caches do not know. */
  readonly desk: Desk;
  readonly gateOutbox: Outbox;
  readonly chatter: Outbox;
  readonly turns: Turns;
  readonly directory: Pick<Directory, "onCall">;
  readonly links: Links;
  readonly drawPicture: DrawPicture | undefined;
}

export class Sending implements Tenure {
  readonly #reconciler: Reconciler;
  readonly #subscriptions: readonly Subscription[];
  /** A picture that waits for the workspace keeps nobody from their work: that lane is no part of being ready. */
  readonly #pictures: Subscription;
  readonly #ending = new AbortController();
  readonly #reconciling: Promise<void>;
  readonly #turns: Turns;

  constructor(options: SendingOptions) {
    const { desk, gateOutbox, chatter: outbox, turns, directory, links, drawPicture: draw } = options;
    const { board } = desk;
    const gate = new GateLane(desk, gateOutbox);
    const cases = new CaseLane(desk, outbox);
    const copies = new DirectLane(desk, new DirectCards(desk, outbox, { directory, links }));
    const digests = new Digests(desk, outbox, links);
    this.#turns = turns;
    this.#reconciler = new Reconciler({ desk, board, gate, copies, cases, outbox, links });
    this.#subscriptions = [
      startGateLane(desk, gate),
      startDirectLane(desk, copies),
      startCaseLane(desk, cases),
      startDigestLane(desk, new DigestLane(desk, outbox, digests)),
      startOpsLane(desk, new OpsLane(desk, outbox)),
    ];
    this.#pictures = startPictureLane(desk, new PictureLane(desk, { outbox, digests, draw }));
    this.#reconciling = keepReconciled(this.#reconciler, desk.options.diagnostics, this.#ending.signal);
  }

  /** Of one that has ended nothing: another process sends. */
  reconcile(): Promise<Reconciled> {
    const { signal } = this.#ending;
    return signal.aborted ? Promise.resolve(nothing) : this.#reconciler.run(signal);
  }

  unready(): string | undefined {
    const bad = this.#subscriptions.find((subscription) => subscription.status() !== "running");
    return bad === undefined ? undefined : `the lane ${bad.group} is ${bad.status()}`;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    const closed = [...this.#subscriptions, this.#pictures].map((subscription) => subscription.close());
    // What waits for its turn goes back to the log for whoever sends next.
    this.#turns.close();
    await Promise.all([this.#reconciling, ...closed]);
  }
}

/** How often cards are compared with the log. */
const reconcileMs = 5 * 60_000;

async function keepReconciled(
  reconciler: Reconciler,
  diagnostics: Diagnostics,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(reconcileMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      diagnostics.debug({ ...(await reconciler.run(signal)) }, "slack: cards compared with the log");
    } catch (error) {
      diagnostics.warn({ error: reasonOf(error) }, "slack: cards could not be compared with the log");
    }
  }
}
