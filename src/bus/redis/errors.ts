/** What Redis and the way to it can answer instead of a reply, as errors that say what to do. */
import { HatrackError, reasonOf } from "../../errors.ts";

interface Kind {
  readonly code: string;
  readonly retryable: boolean;
  readonly advice: string;
}

const waits = (advice: string): Kind => ({ code: "bus_unavailable", retryable: true, advice });
const denied = (advice: string): Kind => ({ code: "bus_denied", retryable: false, advice });

/** By the first word of an error reply, https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const kinds: Readonly<Record<string, Kind>> = {
  OOM: {
    code: "bus_full",
    retryable: true,
    advice: "Redis is at maxmemory and refuses writes: raise maxmemory or let the archive trim the log",
  },
  NOAUTH: denied("Redis wants a password: put it into REDIS_URL (redis://USER:PASSWORD@HOST:PORT)"),
  WRONGPASS: denied("Redis refuses the user or password in REDIS_URL"),
  NOPERM: denied("the Redis user may not do this: see the ACL in the deployment guide"),
  NOGROUP: {
    code: "group_vanished",
    retryable: false,
    advice: "the consumer group or the log is gone: it lost its place and is never re-created silently",
  },
  CONSUMERGONE: {
    code: "consumer_vanished",
    retryable: false,
    advice: "somebody sent XGROUP DELCONSUMER: what this worker had claimed is in no pending list any more",
  },
  LOADING: waits("Redis is loading its data"),
  BUSY: waits("Redis is busy with a script"),
  READONLY: waits("this Redis is a replica: REDIS_URL must name the primary, or a failover is under way"),
  MASTERDOWN: waits("the primary of this replica is down"),
  CLUSTERDOWN: waits("the cluster does not serve this slot now"),
  MOVED: {
    code: "bus_denied",
    retryable: false,
    advice: "this is a node of a Redis Cluster: say so in REDIS_URL (redis-cluster://HOST:PORT,HOST:PORT)",
  },
  TRYAGAIN: waits("the cluster is moving this slot"),
  UNBLOCKED: waits("the primary became a replica while it was waited on"),
  NOREPLICAS: waits("fewer replicas than min-replicas-to-write are in reach"),
  MISCONF: waits("Redis cannot write to its disk and refuses writes"),
  WRONGTYPE: {
    code: "bus_foreign_key",
    retryable: false,
    advice: "a key of the bus holds something else: use a prefix or a database of its own",
  },
};

const unreachable = waits("Redis cannot be reached: check that it runs and that REDIS_URL is right");

/** @param doing what was being done, for the message: "publish", "commit of group tier2" */
export function busError(error: unknown, doing: string): HatrackError {
  if (error instanceof HatrackError) return error;
  const kind = kindOf(error);
  return new HatrackError(kind.code, `redis bus: ${doing}: ${kind.advice} (${reasonOf(error)})`, {
    // Not the error itself: ioredis hangs the command on it, with payloads and even the password.
    cause: new Error(reasonOf(error)),
    retryable: kind.retryable,
  });
}

/** Whether no command came through because the connection itself is refused: waiting for it is no use. */
export function isRefused(error: unknown, connectionError: unknown): boolean {
  return kindOf(error) === unreachable && kindOf(connectionError).code === "bus_denied";
}

function kindOf(error: unknown): Kind {
  const word = /^-?([A-Z]+)\b/.exec(reasonOf(error))?.[1] ?? "";
  const known = Object.hasOwn(kinds, word) ? kinds[word] : undefined;
  if (known !== undefined) return known;
  // An error reply of another kind is our fault; anything else never reached Redis or lost its reply.
  const replied = error instanceof Error && error.name === "ReplyError";
  return replied
    ? { code: "bus_failed", retryable: false, advice: "Redis refused the command" }
    : unreachable;
}
