import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isRedisUrl, redisAddress, withoutSecrets } from "../../src/bus/redis/address.ts";
import { RedisConnection } from "../../src/bus/redis/connection.ts";

describe("REDIS_URL", () => {
  it("names one Redis, encrypted or not", () => {
    for (const url of ["redis://127.0.0.1:6379", "rediss://soc:pw@redis.example:6380/2"])
      expect(redisAddress(url)).toEqual({ kind: "single", url });
  });

  it("names the primary that Sentinels watch", () => {
    expect(
      redisAddress("redis-sentinel://soc:p%40ss@s1.example,s2.example:5000/mymaster/3?sentinelPassword=x"),
    ).toEqual({
      kind: "sentinel",
      sentinels: [
        { host: "s1.example", port: 26_379 },
        { host: "s2.example", port: 5_000 },
      ],
      name: "mymaster",
      db: 3,
      sentinelPassword: "x",
      credentials: { username: "soc", password: "p@ss" },
    });
  });

  it("names a Cluster by any of its nodes, IPv6 too", () => {
    expect(redisAddress("rediss-cluster://:pw@[::1]:7000,10.0.0.2")).toEqual({
      kind: "cluster",
      nodes: [
        { host: "::1", port: 7_000 },
        { host: "10.0.0.2", port: 6_379 },
      ],
      credentials: { password: "pw", tls: {} },
    });
  });

  it.each([
    "localhost:6379",
    "http://127.0.0.1",
    "redis-sentinel://s1:26379",
    "redis-sentinel://s1:26379/name/x",
    "redis-cluster://n1:7000/2",
    "redis-cluster://n1:99999",
    "redis-cluster://",
    "redis-cluster://n1:7000,",
  ])("refuses %s and names the three forms", (url) => {
    expect(isRedisUrl(url)).toBe(false);
    expect(() => redisAddress(url)).toThrow(/REDIS_URL: expected redis:.*redis-sentinel:.*redis-cluster:/);
  });

  it.each([
    ["rediss-sentinel", 0x16],
    ["redis-sentinel", "*".charCodeAt(0)],
  ])("asks the Sentinels of %s as it says: the first byte they get is %i", async (scheme, first) => {
    const got = Promise.withResolvers<number | undefined>();
    const sentinel = createServer((socket: Socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (bytes) => {
        got.resolve(Buffer.from(bytes)[0]);
        socket.destroy();
      });
    }).listen(0, "127.0.0.1");
    await once(sentinel, "listening");
    const { port } = z.object({ port: z.int() }).parse(sentinel.address());
    const redis = RedisConnection.forCommands(`${scheme}://127.0.0.1:${port}/soc`, 1_000);
    // A TLS client begins with a handshake record, a plain one with a command.
    expect(await got.promise).toBe(first);
    redis.close();
    sentinel.close();
  });

  it("shows no password", () => {
    const shown = withoutSecrets("redis-sentinel://soc:hunter2@s1:1/m?sentinelPassword=hunter3");
    expect(shown).toBe("redis-sentinel://…@s1:1/m?sentinelPassword=…");
  });
});
