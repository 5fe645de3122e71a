import { WebClient } from "@slack/web-api";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { boltLogger } from "../../slack/bolt-logger.ts";
import { callOptions } from "../../slack/connection.ts";
import { SlackDirectory } from "../../slack/directory.ts";
import { UserGroups } from "../../slack/groups.ts";
import { startWorkspace, type RunningWorkspace } from "../../slack/workspace/server.ts";
import { manualClock, systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";

const sample = z
  .looseObject({ users: z.array(z.looseObject({ id: z.string() })), usergroups: z.array(z.looseObject({})) })
  .parse(JSON.parse(readFileSync(new URL("../../fixtures/workspace.json", import.meta.url), "utf8")));
const people = {
  ...sample,
  users: [
    ...sample.users,
    { id: "U0GONE", name: "gone", real_name: "Gone Person", deleted: true },
    { id: "U0ROBOT", name: "robot", real_name: "Robot", is_bot: true },
    { id: "U0OTHER", name: "other", real_name: "Other Company", team_id: "T0OTHER" },
  ],
  usergroups: [
    ...sample.usergroups,
    {
      id: "S0MIXED",
      handle: "mixed",
      name: "Mixed",
      users: ["U0MIA", "U0KAI", "U0GONE", "U0ROBOT", "U0OTHER"],
    },
    { id: "S0EMPTY", handle: "empty", name: "Empty", users: [] },
  ],
};

let workspace: RunningWorkspace;
let directory: SlackDirectory;
beforeEach(async () => {
  workspace = await startWorkspace({ port: 0, file: ":memory:", directory: people });
  const client = new WebClient("xoxb-local-1", {
    ...callOptions,
    slackApiUrl: `${workspace.url}/api/`,
    logger: boltLogger(silent),
  });
  directory = new SlackDirectory({
    ...{ client, groups: new UserGroups(client, systemClock), team: "T0NORTHWIND", clock: systemClock },
    onCall: {
      "ir-lead-oncall": { title: "IR Lead On-Call", group: "ir-lead-oncall" },
      "by-id": { title: "By id", group: "S0IRLEAD" },
      mixed: { title: "Mixed", group: "@mixed" },
      empty: { title: "Empty", group: "empty" },
      missing: { title: "Missing", group: "no-such-group" },
      named: { title: "Named", users: ["U0ELENA"] },
      mistaken: { title: "Mistaken", users: ["U0NOBODY"] },
    },
  });
});
afterEach(async () => {
  await workspace.close();
});

async function idsOf(role: string): Promise<string[]> {
  const answer = await directory.onCall(role);
  if (answer.kind !== "members") throw new Error(answer.why);
  return answer.members.map(({ principal }) => principal.user);
}

describe("who is on call in Slack", () => {
  it("is who stands in the user group, by handle or id, or who soc.yaml names", async () => {
    expect(await idsOf("ir-lead-oncall")).toEqual(["U0MIA", "U0PRIYA"]);
    expect(await idsOf("by-id")).toEqual(["U0MIA", "U0PRIYA"]);
    expect(await idsOf("named")).toEqual(["U0ELENA"]);
  });

  it("asks about each account once in ten seconds, and at once again when Slack says that people changed", async () => {
    const asked: string[] = [];
    const clock = manualClock(0);
    const client = new WebClient("xoxb-local-1", {
      ...callOptions,
      slackApiUrl: `${workspace.url}/api/`,
      logger: boltLogger(silent),
    });
    const apiCall = client.apiCall.bind(client);
    client.apiCall = (method, options) => {
      asked.push(method);
      return apiCall(method, options);
    };
    const onCall = { both: { title: "Both", users: ["U0MIA", "U0PRIYA"] } };
    const counted = new SlackDirectory({
      ...{ client, groups: new UserGroups(client, clock), team: "T0NORTHWIND", clock, onCall },
    });
    await counted.onCall("both");
    clock.advance(9_999);
    await counted.onCall("both");
    expect(asked).toEqual(["users.info", "users.info"]);
    counted.changed();
    await counted.onCall("both");
    expect(asked).toHaveLength(4);
    clock.advance(10_000);
    await counted.onCall("both");
    expect(asked).toHaveLength(6);
  });

  it("names guests, deactivated accounts, bots and strangers as what they are", async () => {
    const answer = await directory.onCall("mixed");
    if (answer.kind !== "members") throw new Error(answer.why);
    const flaws = answer.members.map(({ principal, guest, deactivated, bot, stranger }) => [
      principal.user,
      principal.team,
      ...Object.entries({ guest, deactivated, bot, stranger })
        .filter(([, flaw]) => flaw === true)
        .map(([name]) => name),
    ]);
    expect(flaws).toEqual([
      ["U0MIA", "T0NORTHWIND"],
      ["U0KAI", "T0NORTHWIND", "guest"],
      ["U0GONE", "T0NORTHWIND", "deactivated"],
      ["U0ROBOT", "T0NORTHWIND", "bot"],
      ["U0OTHER", "T0OTHER", "stranger"],
    ]);
  });

  it("is unavailable when the group is empty or unknown, the role is not listed, or a person is nobody", async () => {
    for (const role of ["empty", "missing", "not-listed", "mistaken", "constructor"]) {
      expect(await directory.onCall(role), role).toMatchObject({ kind: "unavailable" });
    }
  });

  it("is unavailable, never a guess, when Slack does not answer", async () => {
    await fetch(`${workspace.url}/local/chaos`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-local-token": workspace.token },
      body: JSON.stringify({ http_429: 1, methods: ["usergroups.users.list"] }),
    });
    expect(await directory.onCall("ir-lead-oncall")).toMatchObject({ kind: "unavailable" });
    expect(await idsOf("ir-lead-oncall")).toEqual(["U0MIA", "U0PRIYA"]);
  });
});
