/** Starts the Slack front end: a Bolt app for what people do, and the lanes for what they see. */
import type { App } from "@slack/bolt";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redactor } from "../src/agent/redact.ts";
import type { Bus, Subscription } from "../src/bus/bus.ts";
import type { Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { Directory } from "../src/gate/directory.ts";
import { LiveDirectory } from "../src/gate/live-directory.ts";
import type { DrawPicture } from "../src/seams/pictures.ts";
import type { MemoryOptions } from "../src/memory/case-memory.ts";
import type { Narrator } from "../src/memory/explain.ts";
import type { SocFile } from "../src/soc-schema.ts";
import { buildApp } from "./app.ts";
import { slackConfig } from "./config.ts";
import { ownApp, reachOf, webClient, type Connection, type Reach } from "./connection.ts";
import { CardRefs } from "./card-refs.ts";
import { DecisionDoor } from "./decisions.ts";
import { SlackDirectory } from "./directory.ts";
import { FrontDesk } from "./front-desk.ts";
import { UserGroups } from "./groups.ts";
import { Digests } from "./digests.ts";
import { HomeTab } from "./home-tab.ts";
import { lanes } from "./ids.ts";
import { CaseLane, startCaseLane } from "./lanes/case-lane.ts";
import { Desk } from "./lanes/desk.ts";
import { DigestLane, startDigestLane } from "./lanes/digest-lane.ts";
import { DirectCards } from "./lanes/direct-cards.ts";
import { DirectLane, startDirectLane } from "./lanes/direct-lane.ts";
import { GateLane, startGateLane } from "./lanes/gate-lane.ts";
import { OpsLane, startOpsLane } from "./lanes/ops-lane.ts";
import { PictureLane, startPictureLane } from "./lanes/picture-lane.ts";
import type { LimitMode } from "./limits.ts";
import { Links } from "./links.ts";
import type { Outbox } from "./outbox.ts";
import { Reconciler, type Reconciled } from "./reconciler.ts";
import { Rights } from "./rights.ts";
import { SocDesk } from "./soc-desk.ts";
import { Sockets } from "./sockets.ts";
import { TokenBuckets } from "./token-bucket.ts";
import { WebOutbox } from "./web-outbox.ts";

export interface StartSlackOptions {
  readonly bus: Bus;
  readonly soc: SocFile;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** Draws the digests' pictures; left out, they stay without. */
  readonly drawPicture?: DrawPicture;
  /** From the inventory: "Finance". */
  readonly departmentOf?: (host: string) => string | undefined;
  /** "exact" throws where a message breaks Slack's limits; default "cut": shorten it visibly and go on. */
  readonly limitMode?: LimitMode;
  /** How `/soc recall` and `/soc clusters` keep and read memory. */
  readonly memory?: Pick<MemoryOptions, "benign" | "snapshot">;
  /** A model that words `/soc explain`; each sentence is held to the record. Left out: the record's own. */
  readonly narrator?: Narrator | undefined;
  /** 32 bytes behind each card's buttons (`cardKey`). Left out, one of this process: older cards cannot be pressed. */
  readonly cardKey?: Uint8Array | undefined;
  /** Takes secrets out of what people write. Default: what comes with hatrack. */
  readonly redactor?: Redactor | undefined;
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
  const homeClient = webClient(reach, { timeoutMs: 10_000, diagnostics });
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
  const { board } = desk;
  const links = new Links(outboxes.gate, reach.isWorkspace);
  const front = new FrontDesk({
    ...{ desk, client: gateClient, outbox: outboxes.gate, rights, board, appId: own.appId },
    door: new DecisionDoor({ bus, clock, surface: reach.surface, redactor: options.redactor }),
    live: new LiveDirectory(directory, { clock }),
  });
  const home = new HomeTab({ desk, board, rights, links, client: homeClient });
  const soc = new SocDesk({
    front,
    directory,
    board,
    home,
    memory: options.memory,
    narrator: options.narrator,
  });
  await bus.open(Object.values(lanes));
  const sockets = new Sockets();
  const made = { reach, front, directory, home, soc, diagnostics, sockets };
  const apps = await startApps(reach, () => buildApp(made));
  const direct = new DirectCards(desk, outboxes.chatter, { directory, links });
  const gate = new GateLane(desk, outboxes.gate);
  const cases = new CaseLane(desk, outboxes.chatter);
  const digests = startDigests(desk, { outbox: outboxes.chatter, links, draw: options.drawPicture });
  const copies = new DirectLane(desk, direct);
  const reconciler = new Reconciler({ desk, board, gate, copies, cases, outbox: outboxes.chatter, links });
  const running = startWork({ desk, gate, copies, cases, home, reconciler, digests });
  return {
    directory,
    unready: () => Promise.resolve(sockets.whyNot() ?? whyUnready(running.subscriptions)),
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
  readonly copies: DirectLane;
  readonly cases: CaseLane;
  readonly home: HomeTab;
  readonly reconciler: Reconciler;
  readonly digests: DigestLanes;
}

/** A picture that waits for the workspace keeps nobody from their work: that lane is no part of being ready. */
interface DigestLanes {
  readonly words: readonly Subscription[];
  readonly pictures: Subscription;
}

function startDigests(
  desk: Desk,
  { outbox, links, draw }: { outbox: Outbox; links: Links; draw: DrawPicture | undefined },
): DigestLanes {
  const digests = new Digests(desk, outbox, links);
  return {
    words: [
      startDigestLane(desk, new DigestLane(desk, outbox, digests)),
      startOpsLane(desk, new OpsLane(desk, outbox)),
    ],
    pictures: startPictureLane(desk, new PictureLane(desk, { outbox, digests, draw })),
  };
}

/** The lanes, what follows the log, and what looks by itself. */
function startWork({ desk, gate, copies, cases, home, reconciler, digests }: Work): {
  readonly subscriptions: readonly Subscription[];
  close(): Promise<void>;
} {
  const ending = new AbortController();
  const { bus, diagnostics } = desk.options;
  const beside = [home.follow(bus, ending.signal), keepReconciled(reconciler, diagnostics, ending.signal)];
  const subscriptions = [
    startGateLane(desk, gate),
    startDirectLane(desk, copies),
    startCaseLane(desk, cases),
    ...digests.words,
  ];
  const all = [...subscriptions, digests.pictures];
  return {
    subscriptions,
    close: async () => {
      ending.abort();
      await Promise.all([...beside, ...all.map((subscription) => subscription.close())]);
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
      diagnostics.debug({ ...(await reconciler.run(signal)) }, "slack: cards compared with the log");
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
  const { isUploadHost } = reach;
  const common = { own, clock, diagnostics, limitMode, buckets, isUploadHost };
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
