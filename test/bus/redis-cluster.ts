/** A Redis Cluster of the test's own: three masters, a replica each, on free ports; it fails over within seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import { Cluster, Redis } from "ioredis";
import { z } from "zod";
import { pause } from "../../src/bus/waiting.ts";
import { RedisServer } from "./redis-server.ts";

const slots = 16_384;
const settings = [
  ...["--cluster-enabled", "yes", "--cluster-node-timeout", "1000"],
  // A replica that was cut off may still be elected, and an acknowledged write may be gone: that is what is tested.
  ...["--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0"],
  ...["--min-replicas-to-write", "0"],
];

interface Member {
  readonly server: RedisServer;
  readonly redis: Redis;
}

export class RedisCluster {
  readonly #members: Member[];

  private constructor(members: Member[]) {
    this.#members = members;
  }

  static async start(...args: readonly string[]): Promise<RedisCluster> {
    const servers = await Promise.all(
      Array.from({ length: 6 }, () => RedisServer.start(...settings, ...args)),
    );
    const cluster = new RedisCluster(servers.map((server) => ({ server, redis: admin(server) })));
    await cluster.#form();
    return cluster;
  }

  get url(): string {
    return `redis-cluster://${this.#members.map(({ server }) => `127.0.0.1:${server.port}`).join(",")}`;
  }

  async #form(): Promise<void> {
    const members = this.#members;
    const first = this.#first();
    await Promise.all(
      members.slice(0, 3).map(({ redis }, at) => {
        const [from, to] = [Math.ceil((slots * at) / 3), Math.ceil((slots * (at + 1)) / 3) - 1];
        return redis.call("CLUSTER", ["ADDSLOTSRANGE", from, to]);
      }),
    );
    for (const [at, { redis }] of members.entries()) {
      await redis.call("CLUSTER", ["SET-CONFIG-EPOCH", at + 1]);
      await redis.call("CLUSTER", ["MEET", "127.0.0.1", first.server.port]);
    }
    await this.#until("everybody knows everybody", async () => {
      const seen = await Promise.all(members.map(({ redis }) => nodes(redis)));
      return seen.every(
        (list) => list.length === 6 && list.every(({ flags }) => !flags.includes("handshake")),
      );
    });
    for (const [at, { redis }] of members.slice(3).entries()) {
      const master = members[at];
      const id = await master?.redis.call("CLUSTER", ["MYID"]);
      await redis.call("CLUSTER", ["REPLICATE", String(id)]);
    }
    await this.#until("the replicas follow and all slots are served", async () => {
      const infos = await Promise.all(members.map(({ redis }) => redis.info("replication")));
      const states = await Promise.all(members.map(({ redis }) => redis.call("CLUSTER", ["INFO"])));
      const linked = infos.slice(3).every((info) => info.includes("master_link_status:up"));
      const fed = infos.slice(0, 3).every((info) => info.includes("connected_slaves:1"));
      return linked && fed && states.every((state) => String(state).includes("cluster_state:ok"));
    });
  }

  /** A client for what hatrack itself never sends. */
  client(): Cluster {
    const nodes = this.#members.map(({ server }) => ({ host: "127.0.0.1", port: server.port }));
    const client = new Cluster(nodes, { redisOptions: { protocol: 2 } });
    client.on("error", () => undefined);
    return client;
  }

  /** Who serves the key now, and its replica. */
  async shard(key: string): Promise<{ master: Member; replica: Member }> {
    const slot = await this.#slot(key);
    for (const member of this.#members) {
      const list = await nodes(member.redis).catch(() => []);
      const owner = list.find(({ serves }) => serves(slot));
      if (owner === undefined) continue;
      const replicaOf = list.find(({ master, flags }) => master === owner.id && !flags.includes("fail"));
      const [master, replica] = [this.#at(owner.port), this.#at(replicaOf?.port)];
      if (master !== undefined && replica !== undefined) return { master, replica };
    }
    throw new Error(`redis cluster: nobody serves ${key} with a replica`);
  }

  async #slot(key: string): Promise<number> {
    const answers = this.#members.map(({ redis }) => redis.call("CLUSTER", ["KEYSLOT", key]));
    return z.int().parse(await Promise.any(answers));
  }

  #first(): Member {
    const [first] = this.#members;
    if (first === undefined) throw new Error("redis cluster: no members");
    return first;
  }

  #at(port: number | undefined): Member | undefined {
    return this.#members.find(({ server }) => server.port === port);
  }

  /** From now on a primary without its replica takes no writes, ten seconds after it has lost it. */
  async demandReplicas(): Promise<void> {
    const all = this.#members.map(({ redis }) => redis.config("SET", "min-replicas-to-write", "1"));
    await Promise.all(all);
  }

  /** Kills the master of the key's slot and waits until its replica has taken over. */
  async failOver(key: string): Promise<void> {
    const { master, replica } = await this.shard(key);
    await master.server.kill9();
    await this.#until("the replica has taken over", async () => {
      const info = await replica.redis.info("replication");
      return info.includes("role:master");
    });
  }

  /** Cuts the replica of the key's primary off: nothing written from now on reaches it, not even what lies in a socket. */
  async cut(key: string): Promise<{ master: Member; replica: Member }> {
    const shard = await this.shard(key);
    shard.replica.server.freeze();
    await shard.master.redis.call("CLIENT", ["KILL", "TYPE", "replica"]);
    return shard;
  }

  /** The primary dies, and the replica that was cut off takes over with what it has. */
  async failOverTo({ master, replica }: { master: Member; replica: Member }): Promise<void> {
    await master.server.kill9();
    replica.server.thaw();
    await this.#until("the replica has taken over", async () => {
      const info = await replica.redis.info("replication");
      return info.includes("role:master");
    });
  }

  /** One shard after another lets its replica take over, in good order, until the signal; says how often. */
  async keepChanging(everyMs: number, signal: AbortSignal): Promise<number> {
    let changes = 0;
    for (let turn = 0; !signal.aborted; turn += 1) {
      const { redis } = this.#members[turn % this.#members.length] ?? this.#first();
      // A master refuses, and so does a replica that is not one yet.
      const done = await redis.call("CLUSTER", ["FAILOVER"]).catch(() => "refused");
      if (done !== "OK") continue;
      changes += 1;
      await pause(everyMs, signal);
    }
    return changes;
  }

  /** Brings a killed member back: it follows whoever took over. */
  async restart(member: Member): Promise<void> {
    await member.server.restart();
    await this.#until("it follows", async () => {
      const info = await member.redis.info("replication").catch(() => "");
      return info.includes("master_link_status:up");
    });
  }

  async stop(): Promise<void> {
    for (const { redis } of this.#members) redis.disconnect();
    await Promise.all(this.#members.map(({ server }) => server.stop()));
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + 30_000; performance.now() < end;) {
      if (await holds().catch(() => false)) return;
      await sleep(50);
    }
    throw new Error(`redis cluster: ${what}: not within 30 s`);
  }
}

interface ClusterNode {
  readonly id: string;
  readonly port: number;
  readonly flags: string;
  readonly master: string;
  readonly serves: (slot: number) => boolean;
}

/** Of CLUSTER NODES: id, address, flags, master, …, slots. */
async function nodes(redis: Redis): Promise<ClusterNode[]> {
  const text = String(await redis.call("CLUSTER", ["NODES"]));
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [id = "", address = "", flags = "", master = "", , , , , ...ranges] = line.split(" ");
      const spans = ranges.map((range) => range.split("-").map(Number));
      const serves = (slot: number): boolean =>
        spans.some(([from = -1, to = from]) => from <= slot && slot <= to);
      return { id, port: Number(/:(\d+)@/.exec(address)?.[1]), flags, master, serves };
    });
}

function admin(server: RedisServer): Redis {
  const redis = new Redis(server.url, { protocol: 2, retryStrategy: () => 100 });
  redis.on("error", () => undefined);
  return redis;
}
