import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { botEvents, scopesOf, shortcuts, slashCommand } from "../../slack/ids.ts";
import { dataPath, requires } from "../require.ts";

const manifest: unknown = parse(readFileSync(new URL("../../manifest.yml", import.meta.url), "utf8"));
const part = z
  .looseObject({
    features: z.looseObject({
      app_home: z.looseObject({ home_tab_enabled: z.boolean() }),
      slash_commands: z.array(z.looseObject({ command: z.string(), should_escape: z.boolean() })),
      shortcuts: z.array(z.looseObject({ callback_id: z.string(), type: z.literal("message") })),
    }),
    oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
    settings: z.looseObject({
      event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
      interactivity: z.object({ is_enabled: z.boolean() }),
    }),
  })
  .parse(manifest);

/** Scopes that no method call needs: the command, and the events people are kept up to date by. */
const alsoNeeded = ["app_mentions:read", "commands", "usergroups:read", "users:read"];

describe("manifest.yml", () => {
  it.skipIf(!requires("data"))("is what Slack's schema accepts", () => {
    const schema: unknown = JSON.parse(readFileSync(dataPath("slack", "manifest.schema.2.0.0.json"), "utf8"));
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    const check = ajv.compile(z.record(z.string(), z.unknown()).parse(schema));
    expect(check(manifest), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...part, settings: { ...part.settings, no_such_setting: true } })).toBe(false);
  });

  it("asks for the scopes the code uses, and for no other", () => {
    const needed = new Set([...Object.values(scopesOf).flat(), ...alsoNeeded]);
    expect([...part.oauth_config.scopes.bot].sort()).toEqual([...needed].sort());
  });

  it("names the command, the events and nothing that nobody listens to", () => {
    expect(part.features.slash_commands.map(({ command }) => command)).toEqual([slashCommand]);
    expect(part.features.slash_commands.every((command) => command.should_escape)).toBe(true);
    expect(part.features.shortcuts.map(({ callback_id: id }) => id)).toEqual(Object.values(shortcuts));
    expect(part.features.app_home.home_tab_enabled).toBe(botEvents.includes("app_home_opened"));
    expect(part.settings.event_subscriptions.bot_events).toEqual([...botEvents]);
    expect(part.settings.interactivity.is_enabled).toBe(true);
  });
});

describe("the table of scopes", () => {
  it("lists every Web API method that the front end calls, and no other", () => {
    const files = [
      "web-outbox",
      "uploads",
      "groups",
      "directory",
      "connection",
      "front-desk",
      "home-tab",
      "check-up",
    ];
    const text = files
      .map((file) => readFileSync(new URL(`../../slack/${file}.ts`, import.meta.url), "utf8"))
      .join("\n");
    const named = text.matchAll(
      /"((?:auth|bots|chat|conversations|usergroups|users|views|files|reactions|apps)\.[a-zA-Z.]+)"/g,
    );
    const called = new Set([...named].map(([, method]) => method));
    // The app-level token's own method: no bot scope opens it.
    called.delete("apps.connections.open");
    expect([...called].sort()).toEqual(Object.keys(scopesOf).sort());
  });
});
