/**
 * Which alerts Falcon has in a span of time, all of them. One page holds 10,000 ids, so a fuller span is halved until its
 * parts fit, and a moment that is too full is read with the `after` token. No page is asked for by offset: alerts that
 * change meanwhile would shift others past its edge.
 */
import { z } from "zod";
import { isoTime } from "../src/clock.ts";
import { HatrackError } from "../src/errors.ts";
import { parsed, type FalconClient } from "./falcon-client.ts";
import { mustList, text } from "./lenient.ts";

export type TimeField = "created_timestamp" | "updated_timestamp";

export interface Span {
  readonly field: TimeField;
  readonly fromMs: number;
  /** Ids a page may hold. Default 10,000, which is Falcon's most. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

const Page = z.object({
  resources: mustList(z.string().min(1)),
  meta: z.object({ pagination: z.object({ total: z.number().catch(0) }).catch({ total: 0 }) }).catch({
    pagination: { total: 0 },
  }),
});

interface Walk {
  readonly client: FalconClient;
  readonly span: Span;
  readonly pageSize: number;
  /** Requests that are left before Falcon's answers are held to have no end. */
  left: number;
}

interface Asked {
  readonly fromMs: number;
  /** Exclusive; left out: open. */
  readonly toMs?: number;
}

interface Ids {
  readonly ids: readonly string[];
  readonly fits: "whole" | "cut" | "short";
  readonly total: number;
  readonly servedAtMs: number | undefined;
}

/**
 * Composite ids in the order of that time, in pieces; what arrives meanwhile may stand in two of them.
 * @throws HatrackError of FalconClient; `falcon_endless` when the answers contradict each other without end
 */
export async function* idsSince(client: FalconClient, span: Span): AsyncGenerator<readonly string[]> {
  const walk: Walk = { client, span, pageSize: span.pageSize ?? 10_000, left: 4 };
  const whole = { fromMs: span.fromMs };
  const got = await query(walk, whole);
  if (got.fits !== "cut") {
    yield* settled(walk, whole, got);
    return;
  }
  walk.left = 200 + 100 * Math.ceil(got.total / walk.pageSize);
  const toMs = Math.max(got.servedAtMs ?? 0, span.fromMs + 1);
  yield* within(walk, { fromMs: span.fromMs, toMs });
  const rest = { fromMs: toMs };
  yield* settled(walk, rest, await query(walk, rest));
}

async function* within(
  walk: Walk,
  asked: Required<Asked>,
): AsyncGenerator<readonly string[], void, undefined> {
  const got = await query(walk, asked);
  const { fromMs, toMs } = asked;
  if (got.fits !== "cut" || toMs - fromMs <= 1) {
    yield* settled(walk, asked, got);
    return;
  }
  const midMs = Math.floor((fromMs + toMs) / 2);
  yield* within(walk, { fromMs, toMs: midMs });
  yield* within(walk, { fromMs: midMs, toMs });
}

async function* settled(walk: Walk, asked: Asked, got: Ids): AsyncGenerator<readonly string[]> {
  if (got.fits === "whole") yield got.ids;
  else yield* byToken(walk, asked);
}

function filterOf({ field }: Span, { fromMs, toMs }: Asked): string {
  const from = `${field}:>='${isoTime(fromMs)}'`;
  return toMs === undefined ? from : `${from}+${field}:<'${isoTime(toMs)}'`;
}

async function query(walk: Walk, asked: Asked): Promise<Ids> {
  spend(walk, asked);
  const { client, span, pageSize } = walk;
  const { body, servedAtMs } = await client.read({
    path: "/alerts/queries/alerts/v2",
    query: {
      ...{ filter: filterOf(span, asked), sort: `${span.field}|asc` },
      ...{ limit: String(pageSize), offset: "0", include_hidden: "true" },
    },
    signal: span.signal,
  });
  const page = parsed(Page, body, "/alerts/queries/alerts/v2");
  const ids = page.resources;
  const { total } = page.meta.pagination;
  // A total may be capped too: a page that is full is never taken for all there is.
  const fits = ids.length >= pageSize ? "cut" : ids.length < total ? "short" : "whole";
  return { ids, fits, total, servedAtMs };
}

const TokenPage = z.object({
  resources: z.array(z.unknown()),
  meta: z.object({ pagination: z.object({ after: text }).catch({ after: undefined }) }).catch({
    pagination: { after: undefined },
  }),
});
const WithId = z.object({ composite_id: z.string().min(1) });

/** Sorted by what never changes, so that nothing moves between two pages. */
async function* byToken(walk: Walk, asked: Asked): AsyncGenerator<readonly string[]> {
  const { client, span } = walk;
  const path = "/alerts/combined/alerts/v1";
  const seen = new Set<string>();
  let after: string | undefined;
  do {
    spend(walk, asked);
    const wanted = { filter: filterOf(span, asked), sort: "composite_id|asc", limit: 1000, after };
    const { body } = await client.read({
      ...{ method: "POST", path, body: JSON.stringify(wanted) },
      signal: span.signal,
    });
    const page = parsed(TokenPage, body, path);
    yield page.resources.flatMap((each) => {
      const alert = WithId.safeParse(each);
      return alert.success ? [alert.data.composite_id] : [];
    });
    // As long as pages come, with tokens that are new, there is an end to them.
    if (page.resources.length > 0) walk.left += 1;
    after = page.meta.pagination.after;
    if (after !== undefined && seen.has(after)) throw endless(walk, asked);
    if (after !== undefined) seen.add(after);
  } while (after !== undefined);
}

function spend(walk: Walk, asked: Asked): void {
  if (walk.left <= 0) throw endless(walk, asked);
  walk.left -= 1;
}

function endless({ span }: Walk, asked: Asked): HatrackError {
  const message = `falcon: alerts with ${filterOf(span, asked)}: its pages have no end; expected fewer in a shorter time`;
  return new HatrackError("falcon_endless", message, { retryable: true });
}

export interface Newest {
  /** FQL. */
  readonly filter: string;
  readonly most: number;
  readonly signal?: AbortSignal | undefined;
}

/** Composite ids, newest first, and of how many. @throws HatrackError of FalconClient */
export async function newestOf(
  client: FalconClient,
  { filter, most, signal }: Newest,
): Promise<{ readonly ids: readonly string[]; readonly total: number }> {
  const path = "/alerts/queries/alerts/v2";
  const order = { sort: "created_timestamp|desc", limit: String(most), offset: "0" };
  const query = { filter, ...order, include_hidden: "true" };
  const page = parsed(Page, (await client.read({ path, query, signal })).body, path);
  const ids = page.resources.slice(0, most);
  return { ids, total: Math.max(ids.length, page.meta.pagination.total) };
}

const Entities = z.object({ resources: mustList(z.unknown()) });

export interface Entities {
  /** In the order asked for. */
  readonly alerts: readonly (readonly [id: string, alert: object])[];
  /** Asked for and not handed out. */
  readonly missing: readonly string[];
  readonly servedAtMs: number | undefined;
}

/** Nothing that was not asked for is taken. @throws HatrackError of FalconClient */
export async function alertsById(
  client: FalconClient,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Entities> {
  if (ids.length === 0) return { alerts: [], missing: [], servedAtMs: undefined };
  const path = "/alerts/entities/alerts/v2";
  const query = { include_hidden: "true" };
  const body = JSON.stringify({ composite_ids: ids });
  const answer = await client.read({ method: "POST", path, query, body, signal });
  const byId = new Map<string, object>();
  for (const each of parsed(Entities, answer.body, path).resources) {
    const alert = WithId.safeParse(each);
    if (alert.success && typeof each === "object" && each !== null) byId.set(alert.data.composite_id, each);
  }
  const alerts = ids.flatMap((id) => {
    const alert = byId.get(id);
    return alert === undefined ? [] : [[id, alert] as const];
  });
  return { alerts, missing: ids.filter((id) => !byId.has(id)), servedAtMs: answer.servedAtMs };
}
