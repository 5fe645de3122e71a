/** Names of consumers: Redis keeps every one there ever was. */
import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { says } from "../../src/bus/bus.ts";
import { requires } from "../require.ts";
import { answered, canary, keys, missed, openBus, seen, tamper } from "./redis-help.ts";
import { RedisServer } from "./redis-server.ts";

describe.skipIf(!requires("redis"))("a process with a name of its own", () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(() => server.stop());

  it("is one consumer of its group, however often it is started again", async () => {
    for (const id of ["first", "second", "third"]) {
      const bus = await openBus(server, ["g"], { instance: "role-tier2" });
      const echo = { source: "/test" };
      bus.subscribe("g", ["canary.sent"], ({ event }) => says(missed(event.data.canaryId)), echo);
      await bus.publish([canary(id)]);
      await seen(bus, (log) => answered(log).includes(id));
      await bus.close();
    }
    const redis = tamper(server);
    const consumers = z.array(z.unknown()).parse(await redis.call("XINFO", ["CONSUMERS", keys.log, "g"]));
    redis.disconnect();
    expect(consumers).toHaveLength(1);
    expect(JSON.stringify(consumers)).toContain(`"${hostname()}-role-tier2"`);
  });
});
