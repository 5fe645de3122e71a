/** Starts the Slack front end: a Bolt app for what people do, and the lanes for what they see. */
import type { App } from "@slack/bolt";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bus, Subscription } from "../src/bus/bus.ts";
import type { Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { Directory } from "../src/gate/directory.ts";
import { LiveDirectory } from "../src/gate/live-directory.ts";
import type { SocFile } from "../src/soc-schema.ts";
import { buildApp } from "./app.ts";
import { slackConfig } from "./config.ts";
import { ownApp, reachOf, webClient, type Connection, type Reach } from "./connection.ts";
import { CardRefs } from "./card-refs.ts";
import { Board } from "./board.ts";
import { DecisionDoor } from "./decisions.ts";
import { SlackDirectory } from "./directory.ts";
import { FrontDesk } from "./front-desk.ts";
import { UserGroups } from "./groups.ts";
import { HomeTab } from "./home-tab.ts";
import { lanes } from "./ids.ts";
import { CaseLane, startCaseLane } from "./lanes/case-lane.ts";
import { Desk } from "./lanes/desk.ts";
import { DirectCards } from "./lanes/direct-cards.ts";
import { GateLane, startGateLane } from "./lanes/gate-lane.ts";
import type { LimitMode } from "./limits.ts";
import { Links } from "./links.ts";
import { Reconciler, type Reconciled } from "./reconciler.ts";
import { Rights } from "./rights.ts";
import { SocDesk } from "./soc-desk.ts";
import { TokenBuckets } from "./token-bucket.ts";
import { WebOutbox } from "./web-outbox.ts";

export interface StartSlackOptions {
  readonly bus: Bus;
  readonly soc: SocFile;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** From the inventory: "Finance". */
  readonly departmentOf?: (host: string) => string | undefined;
  /** "exact" throws where a message breaks Slack's limits; default "cut": shorten it visibly and go on. */
  readonly limitMode?: LimitMode;
  /** 32 bytes behind each card's buttons (`cardKey`). Left out, one of this process: older cards cannot be pressed. */
  readonly cardKey?: Uint8Array | undefined;
}

export interface RunningSlack {
  /** Who is on call, for the gate: asks Slack anew each time. */
  readonly directory: Directory;
  /** Why this front end does not serve; undefined when it does. */
  unready(): Promise<string | undefined>;
  /** Compares the cards with the log now, and repairs what differs. Runs by itself every five minutes. */
  reconcile(): Promise<Reconciled>;
  close(): Promise<void>;
}

/** @throws HatrackError `slack_unreachable`, or of the bus */
export async function startSlack(options: StartSlackOptions): Promise<RunningSlack> {
  const { bus, clock, diagnostics } = options;
  const reach = reachOf(options.connection);
  const gateClient = webClient(reach, { timeoutMs: 5_000, diagnostics });
  const readClient = webClient(reach, { timeoutMs: 3_000, diagnostics });
  const own = await ownApp(readClient);
  await refuseForeignSurface(bus, reach);
  const config = slackConfig(options.soc, options.departmentOf);
  const groups = new UserGroups(readClient, clock);
  const { team } = own;
  const directory = new SlackDirectory({ client: readClient, groups, team, onCall: config.onCall, clock });
  const refs = new CardRefs(options.cardKey ?? randomBytes(32), clock);
  const desk = new Desk({ bus, surface: reach.surface, config, groups, refs, clock, diagnostics });
  const outboxes = buildOutboxes(options, reach, { own, gateClient });
  const rights = new Rights({ config, directory, groups });
  const board = new Board(bus, reach.surface);
  const links = new Links(outboxes.gate, reach.isWorkspace);
  const front = new FrontDesk({
    ...{ desk, client: gateClient, outbox: outboxes.gate, rights, board, appId: own.appId },
    door: new DecisionDoor({ bus, clock, surface: reach.surface }),
    live: new LiveDirectory(directory, { clock }),
  });
  const home = new HomeTab({ desk, board, rights, links, client: readClient });
  const soc = new SocDesk({ front, directory, board, home });
  await bus.open(Object.values(lanes));
  const apps = await startApps(reach, () => buildApp({ reach, front, directory, home, soc, diagnostics }));
  const direct = new DirectCards(desk, outboxes.gate, { directory, links });
  const gate = new GateLane(desk, outboxes.gate, direct);
  const cases = new CaseLane(desk, outboxes.chatter);
  const reconciler = new Reconciler({ desk, board, gate, cases, outbox: outboxes.chatter, links });
  const running = startWork({ desk, gate, cases, home, reconciler });
  return {
    directory,
    unready: () => Promise.resolve(whyUnready(running.subscriptions)),
    reconcile: () => reconciler.run(),
    close: async () => {
      await Promise.all(apps.map((app) => app.stop()));
      await running.close();
    },
  };
}

interface Work {
  readonly desk: Desk;
  readonly gate: GateLane;
  readonly cases: CaseLane;
  readonly home: HomeTab;
  readonly reconciler: Reconciler;
}

/** The lanes, what follows the log, and what looks by itself. */
function startWork({ desk, gate, cases, home, reconciler }: Work): {
  readonly subscriptions: readonly Subscription[];
  close(): Promise<void>;
} {
  const ending = new AbortController();
  const { bus, diagnostics } = desk.options;
  const beside = [home.follow(bus, ending.signal), keepReconciled(reconciler, diagnostics, ending.signal)];
  const subscriptions = [startGateLane(desk, gate), startCaseLane(desk, cases)];
  return {
    subscriptions,
    close: async () => {
      ending.abort();
      await Promise.all([...beside, ...subscriptions.map((subscription) => subscription.close())]);
    },
  };
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
      diagnostics.debug({ ...(await reconciler.run()) }, "slack: cards compared with the log");
    } catch (error) {
      diagnostics.warn({ error: reasonOf(error) }, "slack: cards could not be compared with the log");
    }
  }
}

type Made = {
  readonly own: Awaited<ReturnType<typeof ownApp>>;
  readonly gateClient: ReturnType<typeof webClient>;
};

/** One bucket for both: what the gate sends at once makes chatter wait a little longer. */
function buildOutboxes(
  { clock, diagnostics, limitMode = "cut" }: StartSlackOptions,
  reach: Reach,
  { own, gateClient }: Made,
): { gate: WebOutbox; chatter: WebOutbox } {
  // Slack: about one message a second and channel. The local workspace has no such limit.
  const buckets = new TokenBuckets(
    reach.surface === "slack" ? { rate: 1, burst: 3 } : { rate: 50, burst: 100 },
  );
  const common = { own, clock, diagnostics, limitMode, buckets };
  const client = webClient(reach, { timeoutMs: 10_000, diagnostics });
  return {
    gate: new WebOutbox({ ...common, client: gateClient }),
    chatter: new WebOutbox({ ...common, client, wait: (ms) => sleep(ms) }),
  };
}

/**
 * Two connections to Slack: each is told to reconnect now and then and is away for some seconds, and what people
 * press in that time is not sent again.
 */
async function startApps(reach: Reach, build: () => App): Promise<App[]> {
  const { credentials } = reach;
  const count = credentials.mode === "socket" && reach.surface === "slack" ? 2 : 1;
  const apps = Array.from({ length: count }, build);
  try {
    await Promise.all(
      apps.map((app) =>
        // Slack's requests come through a reverse proxy on this machine; nobody else is listened to.
        credentials.mode === "http" ? app.start({ port: credentials.port, host: "127.0.0.1" }) : app.start(),
      ),
    );
    return apps;
  } catch (cause) {
    throw new HatrackError("slack_unreachable", `slack: could not connect: ${reasonOf(cause)}`, {
      cause,
      retryable: true,
    });
  }
}

/** Decisions of a real workspace rest on real accounts: a log that holds some is not for the local one. */
async function refuseForeignSurface(bus: Bus, reach: Reach): Promise<void> {
  if (reach.surface === "slack") return;
  await bus.open([]);
  for await (const { event } of bus.read({ types: ["message.posted"] })) {
    if (event.type !== "message.posted" || "foreign" in event || event.data.surface !== "slack") continue;
    throw new HatrackError(
      "surface_mixed",
      "slack: this log has seen a real workspace; the local workspace, where anyone acts as anyone, is refused on it",
    );
  }
}

function whyUnready(subscriptions: readonly Subscription[]): string | undefined {
  const bad = subscriptions.find((subscription) => subscription.status() !== "running");
  return bad === undefined ? undefined : `the lane ${bad.group} is ${bad.status()}`;
}
