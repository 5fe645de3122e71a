/** Starts the Slack front end: a Bolt app for what people do, and the lanes for what they see. */
import type { App } from "@slack/bolt";
import { randomBytes } from "node:crypto";
import type { Redactor } from "../src/agent/redact.ts";
import type { Bus } from "../src/bus/bus.ts";
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
import { Arrivals } from "./arrivals.ts";
import { Board } from "./board.ts";
import { slackConfig } from "./config.ts";
import { ownApp, reachOf, webClient, type Connection, type Reach } from "./connection.ts";
import { CardRefs } from "./card-refs.ts";
import { DecisionDoor } from "./decisions.ts";
import { SlackDirectory } from "./directory.ts";
import { FrontDesk } from "./front-desk.ts";
import { UserGroups } from "./groups.ts";
import { HomeTab } from "./home-tab.ts";
import { lanes } from "./ids.ts";
import { Desk } from "./lanes/desk.ts";
import type { LimitMode } from "./limits.ts";
import { Links } from "./links.ts";
import type { Outbox } from "./outbox.ts";
import { nothing, type Reconciled } from "./reconciler.ts";
import { Rights } from "./rights.ts";
import { Sender, type MaySend } from "./sender.ts";
import { Sending, type SendingOptions } from "./sending.ts";
import { SocDesk } from "./soc-desk.ts";
import { Sockets } from "./sockets.ts";
import { localRates, slackRates, systemTurns, type Rates, type Turns } from "./turns.ts";
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
  /** How much is sent. Default: what Slack takes, and more in the local workspace. */
  readonly rates?: Rates | undefined;
  /** How long another process waits before it sends in place of one that died, milliseconds. Default 15,000. */
  readonly leaseMs?: number;
}

export interface RunningSlack {
  /** Who is on call, for the gate: asks Slack anew each time. */
  readonly directory: Directory;
  /** Why this front end does not serve; undefined when it does. */
  unready(): Promise<string | undefined>;
  /**
   * Compares the cards with the log now, and repairs what differs. Runs by itself every five minutes; where another
   * process sends, that one does it and this one looks at nothing.
   */
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
  const board = new Board(bus, reach.surface);
  const makeDesk = (): Desk =>
    new Desk({ bus, surface: reach.surface, config, groups, refs, clock, diagnostics, board });
  const desk = makeDesk();
  const outboxes = outboxesOf(options, { reach, own, gateClient });
  const outbox = outboxes.ofFront();
  const rights = new Rights({ config, directory, groups });
  const links = new Links(outbox, reach.isWorkspace);
  const front = new FrontDesk({
    ...{ desk, client: gateClient, outbox, rights, board, appId: own.appId },
    door: new DecisionDoor({ bus, clock, surface: reach.surface, redactor: options.redactor }),
    live: new LiveDirectory(directory, { clock }),
  });
  const home = new HomeTab({ desk, board, rights, links, client: homeClient });
  const soc = new SocDesk({
    ...{ front, directory, board, home, memory: options.memory, narrator: options.narrator },
  });
  await bus.open(Object.values(lanes));
  const [sockets, arrivals] = [new Sockets(), new Arrivals(diagnostics)];
  const made = { reach, front, directory, home, soc, clock, diagnostics, sockets, arrivals };
  const apps = await startApps(reach, () => buildApp(made));
  sockets.stagger();
  let sending: Sending | undefined;
  const { drawPicture } = options;
  const begin = (may: MaySend): Sending =>
    (sending = new Sending({ ...outboxes.ofLanes(may), desk: makeDesk(), directory, links, drawPicture }));
  const { leaseMs } = options;
  const sender = await Sender.start({
    bus,
    diagnostics,
    begin,
    ...(leaseMs === undefined ? {} : { leaseMs }),
  });
  const ending = new AbortController();
  const following = home.follow(bus, ending.signal);
  return {
    directory,
    unready: () => Promise.resolve(sockets.whyNot() ?? sender.unready()),
    reconcile: async () => sending?.reconcile() ?? nothing,
    close: async () => {
      sockets.close();
      await Promise.all(apps.map((app) => app.stop()));
      ending.abort();
      await Promise.all([following, sender.close()]);
    },
  };
}

interface Behind {
  readonly reach: Reach;
  readonly own: Awaited<ReturnType<typeof ownApp>>;
  readonly gateClient: ReturnType<typeof webClient>;
}

/** What any process says to a person who did something; and, while it sends, what the lanes say. */
function outboxesOf(
  { diagnostics, limitMode = "cut", rates }: StartSlackOptions,
  { reach, own, gateClient }: Behind,
): { ofFront(): Outbox; ofLanes(may: MaySend): Pick<SendingOptions, "gateOutbox" | "chatter" | "turns"> } {
  const { isUploadHost, surface } = reach;
  const common = { own, diagnostics, limitMode, isUploadHost };
  const client = webClient(reach, { timeoutMs: 10_000, diagnostics });
  const newTurns = (): Turns => systemTurns(rates ?? (surface === "slack" ? slackRates : localRates));
  return {
    ofFront: () => new WebOutbox({ ...common, client: gateClient, turns: newTurns(), urgent: true }),
    ofLanes: (maySend) => {
      const turns = newTurns();
      return {
        turns,
        gateOutbox: new WebOutbox({ ...common, client: gateClient, turns, urgent: true, maySend }),
        chatter: new WebOutbox({ ...common, client, turns, maySend }),
      };
    },
  };
}

/**
 * Two connections to Slack: each is told to reconnect now and then and is away for some seconds, and what people
 * press in that time is not sent again.
 */
async function startApps(reach: Reach, build: () => App): Promise<App[]> {
  const { credentials } = reach;
  const count = credentials.mode === "socket" ? 2 : 1;
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
