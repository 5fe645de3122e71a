/** The look-ups over the network, as soc.yaml gives them to roles. */
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { checkFalconApi } from "../../bin/doctor/falcon.ts";
import { checkLookups } from "../../bin/doctor/lookups.ts";
import { openLookups } from "../../bin/lookups.ts";
import { readConfig } from "../../bin/config.ts";
import type { Check } from "../../src/check.ts";
import { silent } from "../../src/diagnostics.ts";
import { foreignTools, type ForeignTools } from "../../src/seams/tools.ts";
import { soc } from "../slack/soc.ts";

const falcon = {
  clientId: "0".repeat(32),
  clientSecret: "s".repeat(40),
  baseUrl: "https://api.eu-1.crowdstrike.com",
};
const dataDir = mkdtempSync(join(tmpdir(), "hatrack-lookups-"));
const ends: (() => void)[] = [
  () => {
    rmSync(dataDir, { recursive: true, force: true });
  },
];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const names = (tools: ForeignTools, role: string): string[] => tools.of(role).map(({ tool }) => tool.name);
const lookups = { sentinel: ["falcon_host"], tier2: ["falcon_alerts", "feodo_tracker"] };

async function checks(from: AsyncIterable<Check>): Promise<Check[]> {
  const all: Check[] = [];
  for await (const each of from) all.push(each);
  return all;
}

describe("look-ups over the network", () => {
  it("are what soc.yaml names for a role, and none of a product that is not configured", () => {
    const tools = openLookups({ falcon, dataDir }, { lookups }, { diagnostics: silent });
    expect(names(tools, "sentinel")).toEqual(["falcon_host"]);
    expect(names(tools, "tier2")).toEqual(["falcon_alerts", "feodo_tracker"]);
    expect(names(tools, "ir-lead")).toEqual([]);
    expect(tools.of("tier2").map(({ server, says }) => [server, says])).toEqual([
      ["falcon", ""],
      ["abuse.ch", ""],
    ]);
    const without = openLookups({ falcon: undefined, dataDir }, { lookups }, { diagnostics: silent });
    expect(names(without, "tier2")).toEqual(["feodo_tracker"]);
    const own = openLookups({ falcon, dataDir }, { lookups }, { diagnostics: silent, role: "sentinel" });
    expect([names(own, "sentinel"), names(own, "tier2")]).toEqual([["falcon_host"], []]);
  });

  it("reach nobody as hatrack comes: Falcon's alone are named, and abuse.ch is not", () => {
    const tools = openLookups({ falcon: undefined, dataDir }, soc, { diagnostics: silent });
    for (const role of Object.keys(soc.lookups)) expect(tools.of(role)).toEqual([]);
    expect(Object.values(soc.lookups).flat()).not.toContain("feodo_tracker");
  });

  it("are refused by a name that is none", () => {
    const open = () =>
      openLookups({ falcon, dataDir }, { lookups: { tier2: ["toString"] } }, { diagnostics: silent });
    expect(open).toThrow("lookups.tier2: there is no look-up toString; expected of falcon_host");
  });

  it("are joined with a server's tools, the same array for as long as nothing changes", () => {
    const mine = openLookups({ falcon, dataDir }, { lookups }, { diagnostics: silent });
    let theirs: ReturnType<ForeignTools["of"]> = [];
    const both = foreignTools([mine, { of: () => theirs }]);
    const before = both.of("tier2");
    expect(both.of("tier2")).toBe(before);
    theirs = mine.of("sentinel");
    expect(names(both, "tier2")).toEqual(["falcon_alerts", "feodo_tracker", "falcon_host"]);
    expect(both.of("tier2")).not.toBe(before);
  });
});

describe("hatrack doctor", () => {
  it("names a look-up and a role that are none, and the list's date", async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "last-modified": new Date(Date.now() - 60_000).toUTCString() });
      response.end('[{"ip_address": "203.0.113.7"}]');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(() => void server.close());
    const url = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;
    const folder = mkdtempSync(join(tmpdir(), "hatrack-lookups-"));
    ends.push(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const at = { dataDir: folder, falcon };
    const [good, list] = await checks(checkLookups(at, { lookups }, url));
    expect(good).toMatchObject({
      ...{ status: "ok", found: "sentinel: falcon_host; tier2: falcon_alerts, feodo_tracker" },
    });
    const [without] = await checks(checkLookups({ ...at, falcon: undefined }, { lookups }, url));
    expect(without?.found).toContain("those of Falcon are not there");
    expect(list?.found).toMatch(/^list of \d{4}-.*Z, 1 entries$/);
    const [bad] = await checks(checkLookups(at, { lookups: { nobody: ["whois"] } }));
    expect(bad).toMatchObject({ status: "fail" });
    expect(bad?.found).toContain("there is no look-up whois");
    expect(bad?.found).toContain("lookups.nobody: there is no such role");
    expect(await checks(checkLookups(at, { lookups: {} }))).toEqual([]);
  });

  it("does not ask Falcon for what nothing uses", async () => {
    const { clientId: FALCON_CLIENT_ID, clientSecret: FALCON_CLIENT_SECRET } = falcon;
    const config = readConfig({ FALCON_CLIENT_ID, FALCON_CLIENT_SECRET });
    const found = await checks(checkFalconApi(config, { ...soc, lookups: {} }));
    expect(found).toMatchObject([
      { status: "skipped", found: expect.stringContaining("nothing asks it") as unknown },
    ]);
  });
});
