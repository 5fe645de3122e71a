/** The front end for real: a local bus, the gate, the Bolt app and a workspace it connects to. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import humanGate from "../../roles/human-gate.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent, type Diagnostics } from "../../src/diagnostics.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { Subscription } from "../../src/bus/bus.ts";
import type { Directory } from "../../src/gate/directory.ts";
import { policyOf } from "../../src/soc-file.ts";
import { startSlack, type RunningSlack } from "../../slack/start.ts";
import { startWorkspace, type RunningWorkspace } from "../../slack/workspace/server.ts";
import { drawPicture } from "../../bin/pictures.ts";
import { soc } from "./soc.ts";

const people: unknown = JSON.parse(
  readFileSync(new URL("../../fixtures/workspace.json", import.meta.url), "utf8"),
);

const Message = z.looseObject({
  ts: z.string(),
  text: z.string(),
  blocks: z.array(z.unknown()).default([]),
  metadata: z.object({ event_payload: z.looseObject({ kind: z.string() }) }).optional(),
});
const State = z.object({
  sockets: z.number(),
  channels: z.array(
    z.looseObject({
      id: z.string(),
      is_im: z.boolean().default(false),
      messages: z.array(Message.extend({ replies: z.array(Message) })),
    }),
  ),
  ephemerals: z.array(
    z.looseObject({
      ...{ channel: z.string(), ts: z.string(), only_visible_to: z.string() },
      blocks: z.array(z.unknown()).default([]),
    }),
  ),
  views: z.array(z.looseObject({ user: z.string(), id: z.string(), blocks: z.array(z.unknown()) })),
});
export type WorkspaceState = z.infer<typeof State>;
export type ShownMessage = z.infer<typeof Message>;

const Answer = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  ack: z.looseObject({ acked: z.boolean() }).nullish(),
  ephemerals: z
    .array(z.looseObject({ channel: z.string(), ts: z.string(), blocks: z.array(z.unknown()).default([]) }))
    .default([]),
  home: z.looseObject({ blocks: z.array(z.unknown()) }).nullish(),
  view: z.looseObject({ id: z.string(), blocks: z.array(z.unknown()) }).nullish(),
  errors: z.record(z.string(), z.string()).default({}),
});

export interface World {
  readonly bus: LocalBus;
  readonly workspace: RunningWorkspace;
  slack: RunningSlack;
  state(): Promise<WorkspaceState>;
  /** `POST /local/PATH` */
  does(path: string, body: object): Promise<z.infer<typeof Answer>>;
  /** The first event of a type that fits; waits for it. */
  event<T extends EventType>(type: T, fits?: (event: KnownEvent<T>) => boolean): Promise<KnownEvent<T>>;
  /** Looks until it is there. */
  seen<T>(look: (state: WorkspaceState) => T | undefined): Promise<T>;
  restartSlack(): Promise<void>;
  /** The gate's process ends, and comes back: what is said meanwhile waits on the log. */
  pauseGate(): Promise<void>;
  resumeGate(): void;
  /** How often the workspace was asked who is in a group. */
  directoryCalls(): number;
  close(): Promise<void>;
}

/** As after any restart: the key is the deployment's. */
const cardKey = new Uint8Array(32).fill(7);

const fast = { renewMs: 50, reclaimIdleMs: 300, lookMs: 50, waitMs: 50, backoffMs: 20 };

export async function openWorld(diagnostics: Diagnostics = silent): Promise<World> {
  const workspace = await startWorkspace({ port: 0, file: ":memory:", directory: people });
  const bus = new LocalBus({ timings: fast });
  await bus.open(["human-gate", "slack-gate", "slack-case"]);
  const connection = { kind: "local", url: workspace.url } as const;
  const start = (): Promise<RunningSlack> =>
    startSlack({
      bus,
      soc,
      connection,
      clock: systemClock,
      diagnostics,
      limitMode: "exact",
      cardKey,
      drawPicture,
    });
  const slack = await start();
  const policy = policyOf(soc, ({ value }) => (value === "FIN-WS-042" ? "workstation" : "unknown"));
  let calls = 0;
  const directory: Directory = {
    onCall: (role) => {
      calls += 1;
      return slack.directory.onCall(role);
    },
    onChange: (listener) => slack.directory.onChange?.(listener),
  };
  const startGate = (): Subscription =>
    humanGate.start({
      ...{ bus, clock: systemClock, diagnostics, tools: [], model: () => undefined },
      gate: { policy, directory },
    });
  let gate = startGate();
  const get = async (): Promise<WorkspaceState> => {
    const headers = { "x-local-token": workspace.token };
    const response = await fetch(`${workspace.url}/local/state`, { headers });
    return State.parse(await response.json());
  };
  const world: World = {
    ...{ bus, workspace, slack, state: get },
    does: async (path, body) => {
      const headers = { "content-type": "application/json", "x-local-token": workspace.token };
      const settle = ["usergroup", "chaos"].includes(path) ? {} : { settle_ms: 100 };
      const init = { method: "POST", headers, body: JSON.stringify({ ...settle, ...body }) };
      const answer = Answer.parse(await (await fetch(`${workspace.url}/local/${path}`, init)).json());
      if (!answer.ok && Object.keys(answer.errors).length === 0)
        throw new Error(`/local/${path}: ${answer.error ?? "not ok"}`);
      return answer;
    },
    event: (type, fits = () => true) => eventOn(bus, type, fits),
    seen: async (look) => {
      for (;;) {
        const found = look(await get());
        if (found !== undefined) return found;
        await sleep(20);
      }
    },
    restartSlack: async () => {
      await world.slack.close();
      world.slack = await start();
    },
    pauseGate: () => gate.close(),
    resumeGate: () => {
      gate = startGate();
    },
    directoryCalls: () => calls,
    close: async () => {
      await world.slack.close();
      await gate.close();
      await bus.close();
      await workspace.close();
    },
  };
  return world;
}

async function eventOn<T extends EventType>(
  bus: LocalBus,
  type: T,
  fits: (event: KnownEvent<T>) => boolean,
): Promise<KnownEvent<T>> {
  const done = new AbortController();
  try {
    for await (const { event } of bus.follow({ types: [type], signal: done.signal })) {
      if (isEvent(event, type) && fits(event)) return event;
    }
  } finally {
    done.abort();
  }
  throw new Error(`the log ended without a ${type} that fits`);
}
