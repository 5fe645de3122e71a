import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Ticket } from "../../src/replay/ticket.ts";
import { falconTicket } from "../../vendors/falcon-ticket.ts";
import { normaliseAlert } from "../../vendors/normalise.ts";
import { hatrack } from "../bin/cli.ts";
import { dataPath, requires } from "../require.ts";

const open = {
  ...{ composite_id: "cid:ind:1", product: "epp", name: "Test", timestamp: "2026-03-01T08:00:00Z" },
  ...{ created_timestamp: "2026-03-01T08:00:30.123456789Z", status: "new", tags: [] },
};
const closed = {
  ...open,
  ...{ status: "closed", updated_timestamp: "2026-03-01T10:00:00Z", assigned_to_name: "Ada" },
  ...{ comment: "It was the backup agent.", seconds_to_resolved: 3600 },
};

describe("a closed Falcon alert as a ticket", () => {
  it("is the alert as it was detected, and what people made of it beside it", () => {
    const made = falconTicket({ ...closed, tags: ["server", "false_positive"] });
    expect(made).toEqual({
      ticket: {
        id: "cid:ind:1",
        createdAt: "2026-03-01T08:00:30.123Z",
        closedAt: "2026-03-01T09:00:30.123Z",
        alert: expect.objectContaining({ source: "crowdstrike" }) as unknown,
        human: { escalated: false, verdict: "false_positive", closeNotes: "It was the backup agent." },
      },
    });
    const raw = JSON.stringify("ticket" in made ? made.ticket.alert : undefined);
    expect(raw).toContain("server");
    for (const told of ["backup agent", "false_positive", "Ada", "closed", "seconds_to_resolved"]) {
      expect(raw).not.toContain(told);
    }
  });

  it.each([
    [["true_positive"], true],
    [["true_positive", "FC-TP-No Remediation Required - PUP"], false],
    [["false_positive", "escalated to owner"], true],
    [["true_positive", "not_escalated"], false],
    [["ignored"], false],
  ])("was escalated by its tags %j: %s", (tags, escalated) => {
    expect(falconTicket({ ...closed, tags })).toMatchObject({ ticket: { human: { escalated } } });
  });

  it("has no label where nothing says as what it was closed, and its comments stay out of it", () => {
    const made = falconTicket(closed);
    expect(made).toMatchObject({ ticket: { id: "cid:ind:1", closedAt: "2026-03-01T10:00:00.000Z" } });
    expect("ticket" in made && made.ticket.human).toBeUndefined();
  });

  it.each([
    [open, "cid:ind:1: it is new; expected a closed alert"],
    [
      {
        ...closed,
        created_timestamp: "2026-03-02T08:00:00Z",
        seconds_to_resolved: 0,
        tags: ["true_positive"],
      },
      "cid:ind:1: closed at 2026-03-01T10:00:00.000Z, before it was created at 2026-03-02T08:00:00.000Z",
    ],
    [{ status: "closed" }, "an alert without composite_id: expected its id"],
    [{ composite_id: "x", status: "closed" }, "x: created_timestamp: expected a time"],
  ])("is left out, with the reason: %#", (raw, left) => {
    expect(falconTicket(raw)).toEqual({ left });
  });

  it.skipIf(!requires("data"))("reads what others recorded of the Alerts API", () => {
    const lines = readFileSync(
      dataPath("elastic-integrations-crowdstrike/alerts_v2_resources.jsonl"),
      "utf8",
    );
    const all = lines
      .trimEnd()
      .split("\n")
      .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
    const made = all.map((raw) => falconTicket(raw));
    const tickets = made.flatMap((one) => ("ticket" in one ? [one.ticket] : []));
    expect(tickets).toHaveLength(1);
    const [ticket] = tickets;
    expect(Ticket.parse(ticket)).toMatchObject({
      closedAt: "2024-08-20T09:11:33.311Z",
      human: { escalated: false, verdict: "true_positive" },
    });
    expect(normaliseAlert(ticket?.alert).title).not.toBe("");
  });
});

describe("hatrack tickets export", () => {
  it("takes an answer of the API, and gives tickets in order of time; what is left out is said", async () => {
    const later = {
      ...closed,
      composite_id: "b",
      created_timestamp: "2026-03-01T08:30:00Z",
      tags: ["true_positive"],
    };
    const resources = [later, open, { ...closed, tags: ["false_positive"] }];
    const ended = await hatrack(["tickets", "export", "-"], { stdin: JSON.stringify({ resources }) });
    expect(ended.code).toBe(0);
    const ids = ended.stdout
      .trimEnd()
      .split("\n")
      .map((line) => Ticket.parse(JSON.parse(line)).id);
    expect(ids).toEqual(["cid:ind:1", "b"]);
    expect(ended.stderr).toContain("-: left out: cid:ind:1: it is new; expected a closed alert");
    expect(ended.stderr).toContain("2 tickets, 2 with a verdict, 1 of them escalated; 1 alerts left out");
  });

  it("says the line that is no JSON, and fails when there is no ticket in it", async () => {
    const broken = await hatrack(["tickets", "export", "-"], { stdin: `${JSON.stringify(open)}\n{"a":\n` });
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    expect(broken.stderr).toContain("-:2: expected JSON: one list of alerts, or one alert a line");
    const none = await hatrack(["tickets", "export", "-"], { stdin: JSON.stringify([open]) });
    expect(none).toMatchObject({ code: 1, stdout: "" });
  });
});
