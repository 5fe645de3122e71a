/**
 * What REDIS_URL can say:
 *
 *   redis://[USER:PASSWORD@]HOST[:PORT][/DB]                              one Redis
 *   redis-sentinel://[USER:PASSWORD@]HOST[:PORT],…/NAME[/DB]              the primary that these Sentinels call NAME
 *   redis-cluster://[USER:PASSWORD@]HOST[:PORT],…                         a Redis Cluster, found by any of its nodes
 *
 * With rediss… in front the connections are encrypted. `?sentinelPassword=…` is for Sentinels that want one.
 */
import { HatrackError } from "../../errors.ts";

export interface Node {
  readonly host: string;
  readonly port: number;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: Readonly<Record<string, never>>;
}

export type RedisAddress =
  | { readonly kind: "single"; readonly url: string }
  | {
      readonly kind: "sentinel";
      readonly sentinels: readonly Node[];
      readonly name: string;
      readonly db: number;
      readonly sentinelPassword?: string;
      readonly credentials: Credentials;
    }
  | { readonly kind: "cluster"; readonly nodes: readonly Node[]; readonly credentials: Credentials };

export const redisUrlForms =
  "expected redis://HOST:PORT, redis-sentinel://HOST:PORT,HOST:PORT/NAME or redis-cluster://HOST:PORT,HOST:PORT, " +
  "such as redis://127.0.0.1:6379";

const several = /^(rediss|redis)-(sentinel|cluster):\/\/(?:([^@/?]*)@)?([^/?@]+)(?:\/([^?]+)?)?(?:\?(.*))?$/;

/** @throws HatrackError `config_invalid` naming the forms; never the password */
export function redisAddress(url: string): RedisAddress {
  if (/^rediss?:/.test(url) && URL.canParse(url)) return { kind: "single", url };
  const [, tls, kind, login, nodes, path, query] = several.exec(url) ?? [];
  const credentials = credentialsOf(login, tls === "rediss");
  if (kind === "sentinel") {
    const sentinels = nodesOf(nodes, 26_379);
    return { kind, sentinels, ...databaseOf(path), ...sentinelLogin(query), credentials };
  }
  // A Cluster has one database.
  if (kind !== "cluster" || path !== undefined) throw invalid();
  return { kind, nodes: nodesOf(nodes, 6_379), credentials };
}

function databaseOf(path = ""): { name: string; db: number } {
  const [name = "", db = "0", ...more] = path.split("/");
  if (name === "" || !/^\d+$/.test(db) || more.length > 0) throw invalid();
  return { name: decodeURIComponent(name), db: Number(db) };
}

function sentinelLogin(query = ""): { sentinelPassword?: string } {
  const sentinelPassword = new URLSearchParams(query).get("sentinelPassword");
  return sentinelPassword === null ? {} : { sentinelPassword };
}

export function isRedisUrl(url: string): boolean {
  try {
    redisAddress(url);
    return true;
  } catch {
    return false;
  }
}

/** For messages: what stands before an @ is a secret, and so is a Sentinel's password. */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//…@").replace(/(sentinelPassword=)[^&]*/, "$1…");
}

function nodesOf(text: string | undefined, defaultPort: number): Node[] {
  return (text ?? "").split(",").map((node) => nodeOf(node, defaultPort));
}

function nodeOf(text: string, defaultPort: number): Node {
  const match = /^(?<host>\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(?<port>\d{1,5}))?$/.exec(text.trim());
  const host = match?.groups?.["host"];
  const port = Number(match?.groups?.["port"] ?? defaultPort);
  if (host === undefined || port < 1 || port > 65_535) throw invalid();
  return { host: host.replace(/^\[|\]$/g, ""), port };
}

function credentialsOf(login = "", encrypted = false): Credentials {
  const colon = login.indexOf(":");
  const username = decodeURIComponent(colon < 0 ? login : login.slice(0, colon));
  const password = colon < 0 ? "" : decodeURIComponent(login.slice(colon + 1));
  return {
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
    ...(encrypted ? { tls: {} } : {}),
  };
}

function invalid(): HatrackError {
  return new HatrackError("config_invalid", `REDIS_URL: ${redisUrlForms}`);
}
