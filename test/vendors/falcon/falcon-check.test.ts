import { describe, expect, it } from "vitest";
import { manualClock } from "../../../src/clock.ts";
import type { Check } from "../../../src/check.ts";
import { checkFalcon, type FalconUse } from "../../../vendors/falcon-check.ts";
import { falconBaseUrl } from "../../../vendors/falcon-cloud.ts";
import { FalconClient } from "../../../vendors/falcon-client.ts";
import { clientFor, fakeAndPolling, startMs } from "./polling.ts";

const { fake, url } = fakeAndPolling();
const alone: readonly FalconUse[] = ["alerts"];

async function check(skewMs = 0, client = clientFor(fake, url()), uses = alone): Promise<Check[]> {
  const checks: Check[] = [];
  const asked = { client, clock: manualClock(startMs + skewMs), consoleHosts: ["falcon.crowdstrike.com"] };
  for await (const each of checkFalcon({ ...asked, uses })) checks.push(each);
  return checks;
}
const statuses = (checks: readonly Check[]) => checks.map(({ name, status }) => `${name} ${status}`);

describe("the doctor's look at Falcon", () => {
  it("is content with a client that reads alerts, whether it reads hosts or not", async () => {
    for (const hosts of [true, false]) {
      if (!hosts) fake.scopes.delete("Hosts: read");
      expect(statuses(await check())).toEqual([
        "falcon ok",
        "falcon scopes ok",
        "falcon clock ok",
        "falcon console skipped",
      ]);
    }
  });

  it("names the scope that is missing", async () => {
    fake.scopes.delete("Alerts: read");
    const checks = await check();
    expect(checks[1]).toMatchObject({
      status: "fail",
      found: expect.stringContaining('lacks the scope "Alerts: read"') as unknown,
    });
    expect(checks[1]?.fix).toContain('give this client "Alerts: read"');
  });

  it("demands what look-ups use, where there are any, and nothing else", async () => {
    const using = async (...uses: FalconUse[]): Promise<Check | undefined> =>
      (await check(0, clientFor(fake, url()), uses))[1];
    expect(await using("alerts", "hosts")).toMatchObject({
      status: "ok",
      found: "Alerts: read, Hosts: read",
    });
    fake.scopes.delete("Alerts: read");
    expect(await using("hosts")).toMatchObject({ status: "ok", found: "Hosts: read" });
    fake.scopes.delete("Hosts: read");
    const missing = await check(0, clientFor(fake, url()), ["alerts", "hosts"]);
    expect(missing.filter(({ status }) => status === "fail").map(({ fix }) => fix)).toEqual([
      expect.stringContaining('give this client "Alerts: read"'),
      expect.stringContaining('give this client "Hosts: read"'),
    ]);
  });

  it("warns of scopes beyond that, by what it may read and by what its token names", async () => {
    fake.scopes.add("Real time response: read");
    expect((await check())[1]).toMatchObject({
      status: "warn",
      found: "the API client may do more than it needs: Real time response: read",
    });
    fake.scopes.delete("Real time response: read");
    fake.tokenScope = "alerts:read hosts:read hosts:write";
    expect((await check())[1]).toMatchObject({
      status: "warn",
      found: expect.stringContaining("hosts:write") as unknown,
    });
  });

  it("says what is wrong with the secret, the cloud, the address and the clock", async () => {
    const wrong = new FalconClient({
      clientId: "id",
      clientSecret: "wrong",
      baseUrl: url(),
      clock: manualClock(startMs),
    });
    const [refused] = await check(0, wrong);
    expect(refused?.found).toMatch(/FALCON_CLIENT_ID and FALCON_CLIENT_SECRET: refused with 403/);
    expect(refused?.found).not.toContain("wrong");
    fake.faults.push({
      path: "/oauth2/token",
      status: 308,
      headers: { location: "https://api.eu-1.crowdstrike.com/oauth2/token", "x-cs-region": "eu-1" },
    });
    const [elsewhere] = await check();
    expect(elsewhere).toMatchObject({
      status: "fail",
      fix: "Set FALCON_BASE_URL to the cloud that is named.",
    });
    expect(elsewhere?.found).toContain("the cloud eu-1");
    const [gone] = await check(0, clientFor(fake, "http://127.0.0.1:9"));
    expect(gone?.fix).toContain("FALCON_BASE_URL (now http://127.0.0.1:9)");
    expect((await check(120_000)).find(({ name }) => name === "falcon clock")).toMatchObject({
      status: "fail",
      found: "this clock is 120 s from Falcon's",
    });
  });

  it("reads the clouds by name, and no address that is not https", () => {
    expect(falconBaseUrl("eu-1")).toBe("https://api.eu-1.crowdstrike.com");
    expect(falconBaseUrl("https://api.us-2.crowdstrike.com/")).toBe("https://api.us-2.crowdstrike.com");
    for (const wrong of ["toString", "eu-9", "http://api.crowdstrike.com", ""])
      expect(falconBaseUrl(wrong)).toBeUndefined();
  });
});
