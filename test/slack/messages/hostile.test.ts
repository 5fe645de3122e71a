/** Whatever stands in alerts, answers of models and words of people: no message it reaches acts, or breaks a limit. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { breaches, viewBreaches } from "../../../slack/limits.ts";
import { circles } from "../../../slack/rich.ts";
import { checkMessageBlocks, checkView } from "../../../slack/workspace/block-kit/check.ts";
import { everyMessage } from "./every.ts";
import { isView, type Built } from "./made.ts";
import { card } from "./of-digests.ts";

const marker = "zqzq";
const acting = [
  "<!channel> <!here> <!everyone> <@U0MIA> <@W0MIA|mia> <!subteam^S0IRLEAD|@ir> <#C0CASES|cases> @channel @here",
  "<https://evil.example|Authorise> <mailto:a@evil.example|mail> <tel:+1|call> [a](https://evil.example) https://evil.example",
  "` *Approved by IR Lead* ` ```\n*bold*\n``` _i_ ~s~ > quote\n>>> more",
  ":fire: :white_check_mark: <!date^1392734382^{date}|x> &lt;!channel&gt; &amp;lt;",
  "a\u202Ecod.exe\u2066\u2069\u200B\u200C\u200D\u2060\uFEFF\u00AD\u061C\u{E0041}\uFE0F",
  "\n".repeat(400),
  "\u0000\u0007\u001B[31m\u007F\u0085\u2028\u2029",
  "\uD800 alone",
  "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
];
const hostile = fc
  .oneof(fc.constantFrom(...acting), fc.string({ unit: "binary", minLength: 1, maxLength: 4000 }))
  .map((words) => `${marker} ${words}`);

let ids = 0;
const newId = (): string => `id${(ids += 1)}`;

/** As Slack would: the local workspace's own schema, and our own limits. */
function faults(name: string, built: Built): string[] {
  try {
    if (!isView(built)) {
      checkMessageBlocks(built.blocks, newId);
      return breaches(built);
    }
    checkView(structuredClone(built), built.type, newId);
    return viewBreaches(built);
  } catch (error) {
    return [`${name}: ${String(error)}`];
  }
}

/** Fields that come back with a press or a form and are shown nowhere, or typed over by a person. */
const unseen = new Set([
  "private_metadata",
  "value",
  "initial_value",
  "action_id",
  "block_id",
  "callback_id",
]);
const inert = new Set(["plain_text", "raw_text", "text"]);

const Part = z.looseObject({
  type: z.string().default(""),
  name: z.string().default(""),
  text: z.unknown().optional(),
  url: z.string().default(card),
  image_url: z.string().optional(),
  emoji: z.boolean().default(false),
});
const ourCircles: readonly string[] = circles;
const drawnByName = ["broadcast", "channel", "usergroup", "markdown", "color"];

/** What is wrong with one object of a message: text of others where Slack parses, draws or follows it. */
function wrongs(object: object): string[] {
  const { type, name, text, url, image_url: image, emoji } = Part.parse(object);
  const words = typeof text === "string" ? text : "";
  const isLive = type !== "" && !inert.has(type) && words.includes(marker);
  const isOurs = url === card || /^https:\/\/(home\.slack\.com|falcon\.crowdstrike\.com)\//.test(url);
  const found: readonly (readonly [boolean, string])[] = [
    [isLive, `live text ${words}`],
    [drawnByName.includes(type), `element ${type}`],
    [type === "emoji" && !ourCircles.includes(name), `emoji ${name}`],
    [!isOurs, `link ${url}`],
    [image !== undefined, "an image from outside"],
    [emoji, "emoji drawn by name"],
  ];
  return [
    ...found.flatMap(([wrong, what]) => (wrong ? [what] : [])),
    ...(inert.has(type) ? seen(words) : []),
  ];
}

/** Readable text: nothing unseen in it, and nothing a reader's program would make a link of. */
function seen(text: string): string[] {
  const bad = /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\uFE00-\uFE0F]|[\p{Cc}--\n]|https?:\/\/|evil\.example/v.exec(text);
  return [
    ...(bad === null ? [] : [`text with ${JSON.stringify(bad[0])}`]),
    ...(text.isWellFormed() ? [] : ["a half character"]),
  ];
}

function everyWrong(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(everyWrong);
  if (value === null || typeof value !== "object") return [];
  const inner = Object.entries(value).flatMap(([key, item]) => (unseen.has(key) ? [] : everyWrong(item)));
  return [...wrongs(value), ...inner];
}

function check(words: string): void {
  const bad: string[] = [];
  for (const [name, built] of Object.entries(everyMessage(words))) {
    bad.push(...faults(name, built), ...everyWrong(built).map((what) => `${name}: ${what}`));
    if (!isView(built) && built.text.includes(marker)) bad.push(`${name}: spoken ${built.text}`);
    const alts = JSON.stringify(built).match(/"alt_text":"[^"]*"/g) ?? [];
    bad.push(...alts.filter((alt) => alt.includes(marker)).map((alt) => `${name}: ${alt}`));
  }
  expect(bad).toEqual([]);
}

describe("whatever others write", () => {
  it("no message or form of ours acts on it or breaks a limit of Slack's", { timeout: 60_000 }, () => {
    fc.assert(fc.property(hostile, check), {
      numRuns: process.env["HATRACK_LONG"] === "1" ? 300 : 6,
      endOnFailure: true,
    });
  });

  it.each(acting.map((words, at) => [at + 1, words]))("nor on the worst that is known, %i", (_, words) => {
    check(`${marker} ${words}`);
  });

  it("nor on 100 kB of it", () => {
    check(`${marker} ${acting.join(" ").repeat(1000).slice(0, 100_000)}`);
  });

  it("and text of others really stands in what is checked", () => {
    const shown = Object.entries(everyMessage(`${marker} x`)).filter(([, built]) =>
      JSON.stringify(built).includes(marker),
    );
    expect(shown.length).toBeGreaterThan(60);
  });
});

const folder = join(import.meta.dirname, "../../../slack");
const files = [...readdirSync(join(folder, "blocks")).map((name) => `blocks/${name}`), "watch-post.ts"];

/** Exported functions of a file with what they return, "" where they do not say. */
function exported(file: string): [name: string, returns: string][] {
  const source = readFileSync(join(folder, file), "utf8");
  const { statements } = ts.createSourceFile(file, source, ts.ScriptTarget.Latest);
  return statements.flatMap((statement): [string, string][] => {
    if (!ts.isFunctionDeclaration(statement)) return [];
    const { modifiers = [], name, type } = statement;
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    return [[name?.text ?? "", type === undefined ? "" : source.slice(type.pos, type.end)]];
  });
}

describe("the list of builders", () => {
  const builders = files.flatMap(exported);

  it("knows what each makes", () => {
    expect(builders.filter(([, returns]) => returns === "")).toEqual([]);
  });

  it("leaves none out", () => {
    const whole = builders
      .filter(([, returns]) => /\b(Message|ModalView|HomeView)\b/.test(returns))
      .map(([name]) => name);
    const checked = new Set(Object.keys(everyMessage()).map((name) => name.split(" ")[0]));
    expect(whole.length).toBeGreaterThan(50);
    expect(whole.filter((name) => !checked.has(name))).toEqual([]);
  });
});
