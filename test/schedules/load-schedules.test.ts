import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { loadSchedules } from "../../schedules/load-schedules.ts";
import type { Calendar } from "../../schedules/schedule.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hatrack-schedules-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const calendar = (over: Partial<Calendar> = {}): Calendar => ({
  zone: "UTC",
  catchUpHours: 26,
  roles: {},
  ...over,
});
const lines = async (over: Partial<Calendar>): Promise<Record<string, string>> => {
  const schedules = await loadSchedules(calendar(over));
  return Object.fromEntries(schedules.map(({ role, cron, zone }) => [role, `${cron.text} ${zone.name}`]));
};

describe("the schedules", () => {
  it("are one file each, as the roles wake by default", async () => {
    expect(await lines({})).toEqual({
      "detection-engineer": "0 9 * * mon-fri UTC",
      "label-sample": "30 8 * * * UTC",
      "log-audit": "10 6 * * * UTC",
      canary: "20 * * * * UTC",
      "no-thread": "0 * * * * UTC",
      "soc-manager": "0 6,14,22 * * * UTC",
      "threat-hunter": "0 6,18 * * * UTC",
    });
  });

  it("are as soc.yaml sets them: another line, another zone, off, or one for a role of one's own", async () => {
    const roles = {
      "soc-manager": { cron: "0 7,19 * * *", zone: "America/New_York" },
      "label-sample": { off: true },
      "my-role": { cron: "0 12 * * *", window: { hours: 24 } },
    };
    const found = await lines({ zone: "Europe/Berlin", roles });

    expect(found).toMatchObject({
      "my-role": "0 12 * * * Europe/Berlin",
      "soc-manager": "0 7,19 * * * America/New_York",
      "threat-hunter": "0 6,18 * * * Europe/Berlin",
    });
    expect(found).not.toHaveProperty("label-sample");
  });

  it.each<[string, Partial<Calendar>, string]>([
    [
      "a line that never fires",
      { roles: { "soc-manager": { cron: "0 6 30 2 *" } } },
      'schedule soc-manager: cron: cron "0 6 30 2 *": it never fires: no feb has a day 30',
    ],
    [
      "a zone that is none",
      { roles: { "threat-hunter": { zone: "Berlin" } } },
      'schedule threat-hunter: zone: time zone "Berlin": expected an IANA name such as Europe/Berlin',
    ],
    [
      "a zone of all that is none",
      { zone: "CEST+1" },
      'schedule soc-manager: the zone of all: time zone "CEST+1"',
    ],
    [
      "a window longer than the log is kept",
      { retentionDays: 7 },
      "schedule detection-engineer: window: it looks back 14 days, and the log is kept for 7 days: expected no more",
    ],
    [
      "a role nobody knows, without a line",
      { roles: { "soc-manger": { off: false } } },
      "soc.yaml schedules.roles.soc-manger: none of canary, detection-engineer, label-sample, log-audit, no-thread, soc-manager, threat-hunter; expected one of them",
    ],
  ])("are refused for %s", async (_what, over, message) => {
    const error: unknown = await loadSchedules(calendar(over)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "schedule_invalid" });
    expect(String(error)).toContain(message);
  });

  it("name every fault at once", async () => {
    const roles = { "soc-manager": { cron: "61 * * * *" }, "threat-hunter": { cron: "* 24 * * *" } };
    await expect(loadSchedules(calendar({ roles }))).rejects.toThrow(/'61' in minutes[^]*'24' in hours/);
  });

  it.each([
    [
      "is none",
      { "x.ts": "export default { cron: 1 };" },
      'x.ts: expected "export default defineSchedule({ … })"',
    ],
    [
      "is of another role than its file",
      { "x.ts": 'export default { role: "y", does: "z", cron: "* * * * *", window: "since-last" };' },
      'x.ts: is of role "y", expected "x"',
    ],
  ])("refuse a definition that %s", async (_what, files, message) => {
    await expect(loadSchedules(calendar(), await folderWith(files))).rejects.toThrow(message);
  });
});
