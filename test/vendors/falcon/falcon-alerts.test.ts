import { describe, expect, it } from "vitest";
import { alertsById, idsSince, type Span } from "../../../vendors/falcon-alerts.ts";
import { alertAt, clientFor, fakeAndPolling, iso, startMs } from "./polling.ts";

const { fake, url } = fakeAndPolling();
const hour = 3_600_000;

async function listed(span: Partial<Span> = {}): Promise<string[]> {
  const ids: string[] = [];
  const client = clientFor(fake, url());
  const asked = { field: "created_timestamp", fromMs: startMs - hour, ...span } as const;
  for await (const piece of idsSince(client, asked)) ids.push(...piece);
  return ids;
}

describe("listing Falcon's alerts", () => {
  it("finds 25,000, ten thousand to a page, and 12,000 of one millisecond", async () => {
    for (let i = 0; i < 13_000; i += 1) fake.add(alertAt(`n${i}`, -1 - (i % 3_000)));
    for (let i = 0; i < 12_000; i += 1) fake.add(alertAt(`same${i}`, -100));
    const ids = await listed();
    expect(ids).toHaveLength(25_000);
    expect(new Set(ids).size).toBe(25_000);
    expect(
      Math.max(...fake.calls("/alerts/queries/alerts/v2").map(({ query }) => Number(query["limit"]))),
    ).toBe(10_000);
  });

  it("takes what lies in the future of Falcon's clock too, however full", async () => {
    for (let i = 0; i < 9; i += 1) fake.add(alertAt(`f${i}`, 60 + i), alertAt(`p${i}`, -60 - i));
    expect(new Set(await listed({ pageSize: 4 })).size).toBe(18);
  });

  it("loses none that change while it lists them", async () => {
    for (let i = 0; i < 40; i += 1) fake.add(alertAt(`n${i}`, -40 + i));
    let next = 0;
    fake.onRequest = ({ path }) => {
      const changing = [...fake.alerts.values()][(next += 1)];
      if (path !== "/oauth2/token" && changing !== undefined) {
        fake.add({ ...changing, updated_timestamp: iso(startMs + next * 1_000) });
      }
    };
    expect(new Set(await listed({ field: "updated_timestamp", pageSize: 5 })).size).toBe(40);
  });

  it("ends when every page is full of the same, and when a token comes again", async () => {
    fake.add(alertAt("a", -60), alertAt("b", -50));
    fake.sameForEver = true;
    await expect(listed({ pageSize: 2 })).rejects.toMatchObject({ code: "falcon_endless", retryable: true });
    expect(fake.seen.length).toBeLessThan(500);
  });

  it("takes no alert that it did not ask for", async () => {
    fake.add(alertAt("a", 0), alertAt("b", 0));
    const body = JSON.stringify({ resources: [alertAt("b", 0), alertAt("a", 0), null, 7, {}] });
    fake.faults.push({ path: "/alerts/entities/alerts/v2", body });
    const { alerts, missing } = await alertsById(clientFor(fake, url()), ["cid:ind:a", "cid:ind:c"]);
    expect(alerts.map(([id]) => id)).toEqual(["cid:ind:a"]);
    expect(missing).toEqual(["cid:ind:c"]);
  });
});
