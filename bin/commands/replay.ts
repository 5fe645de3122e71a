import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { HatrackError } from "../../src/errors.ts";
import type { Comparison, Scorecard } from "../../src/replay/scorecard-schema.ts";
import { flag, textOption, type Command, type Invocation, type Values } from "../command.ts";
import { logOption } from "../open-bus.ts";
import type { Price } from "../replay/price.ts";
import { unwritable, writeOut } from "../write-out.ts";

export const command: Command = {
  usage:
    "replay TICKETS|- [--dry-run] [--model NAME] [--recall on|off|both] [--limit N] [--seed N] [--window MINUTES] [--parallel N] [--out FILE] [--save-log FILE] [--json]",
  help: `Runs past tickets through the real roles on a scratch log, with nothing posted and nobody deciding, and scores them
against what people did. What a role sees is what stood on the record when its case came in; one look into the future
fails the run. docs/proof.md says how, and what the numbers mean.

  --dry-run           canned answers: proves that all of it runs; its scorecard is stamped, and no result
  --model NAME        a model of the configured server, or baseline (default: LLM_MODEL, else baseline)
  --recall on|off|both  whether roles are shown past cases; both: one run each, compared pair by pair (default: on)
  --limit N           the first N tickets of the file
  --seed N            of the bootstrap and the planted tokens (default: 1)
  --window MINUTES    tickets this close in time are worked on side by side and do not see each other (default: 15)
  --parallel N        runs at once (default: 4); changes how long it takes and nothing else
  --out FILE          the scorecard, as JSON; its folder is made
  --save-log FILE     the scratch log, for --log of explain, report and recall
  --price IN,OUT      what a million tokens cost, to say what the run did (default: LLM_PRICE)

  replay --compare A.json B.json   two scorecards of the same tickets: what changed, whether it can be chance, which
                                   tickets flipped
  replay --shadow [--log FILE]     the scorecard of a SOC that was started with --shadow, by the closing tags`,
  takes: 2,
  options: {
    ...{ "dry-run": { type: "boolean" }, model: { type: "string" }, recall: { type: "string" } },
    ...{ limit: { type: "string" }, seed: { type: "string" }, window: { type: "string" } },
    ...{ parallel: { type: "string" }, out: { type: "string" }, "save-log": { type: "string" } },
    ...{ price: { type: "string" }, compare: { type: "boolean" }, shadow: { type: "boolean" } },
    json: { type: "boolean" },
    ...logOption,
  },
  run: async (invocation) => {
    const { values, positionals } = invocation;
    if (flag(values, "compare")) return compare(invocation);
    if (flag(values, "shadow")) return shadow(invocation);
    const [file, surplus] = positionals;
    if (file === undefined || surplus !== undefined) {
      throw new HatrackError("usage", "expected: replay TICKETS, replay --compare A B or replay --shadow");
    }
    return backtest(invocation, file);
  },
};

async function backtest(invocation: Invocation, file: string): Promise<number> {
  const { values, config } = invocation;
  const price = await priceIn(invocation);
  await makeRoom(values);
  const { playTickets } = await import("../replay/play.ts");
  const scorecard = await playTickets(file, {
    config: config(),
    dryRun: flag(values, "dry-run"),
    model: textOption(values, "model"),
    recall: recallOf(values),
    limit: wholeNumber(values, "limit", { least: 1, otherwise: Infinity }),
    seed: seedOf(values),
    windowMinutes: wholeNumber(values, "window", { least: 0, otherwise: 15 }),
    parallel: wholeNumber(values, "parallel", { least: 1, otherwise: 4 }),
    saveLog: textOption(values, "save-log"),
  });
  await show(invocation, scorecard, price);
  // A file none of whose tickets could be worked proves nothing, and a script should hear of it.
  return scorecard.result.tickets.worked > 0 ? 0 : 1;
}

async function shadow(invocation: Invocation): Promise<number> {
  const price = await priceIn(invocation);
  await makeRoom(invocation.values);
  const { shadowScorecard } = await import("../replay/shadow.ts");
  await show(invocation, await shadowScorecard(invocation, seedOf(invocation.values)), price);
  return 0;
}

/** Read before the run, which may take hours. @throws HatrackError `usage` */
async function priceIn({ values, config }: Invocation): Promise<Price | undefined> {
  const said = textOption(values, "price");
  return said === undefined ? config().llmPrice : (await import("../replay/price.ts")).priceOf(said);
}

async function show(
  { values, print }: Invocation,
  scorecard: Scorecard,
  price: Price | undefined,
): Promise<void> {
  const out = textOption(values, "out");
  if (out !== undefined) await writeOut({ option: "out", file: out }, [`${JSON.stringify(scorecard)}\n`]);
  if (flag(values, "json")) {
    print(JSON.stringify(scorecard));
    return;
  }
  const { scorecardText } = await import("../scorecard-text.ts");
  print(scorecardText(scorecard));
  if (price === undefined) return;
  const { costText } = await import("../replay/price.ts");
  print(costText(scorecard, price));
}

/** Hours with a model are not to end at a file that could never be written. Nothing is written before there is a scorecard. */
async function makeRoom(values: Values): Promise<void> {
  for (const option of ["out", "save-log"]) {
    const file = textOption(values, option);
    if (file === undefined) continue;
    try {
      await mkdir(dirname(file), { recursive: true });
      const there = await stat(file).catch(() => undefined);
      if (there?.isDirectory() === true) throw new Error("expected a file, this is a folder");
      await access(there === undefined ? dirname(file) : file, constants.W_OK);
    } catch (cause) {
      throw unwritable({ option, file }, cause);
    }
  }
}

async function compare({ positionals, values, print }: Invocation): Promise<number> {
  const [a, b] = positionals;
  if (a === undefined || b === undefined) {
    throw new HatrackError("usage", "expected two scorecards: replay --compare A.json B.json");
  }
  const { compareScorecards } = await import("../../src/replay/compare.ts");
  const comparison: Comparison = compareScorecards(await readScorecard(a), await readScorecard(b));
  if (flag(values, "json")) {
    print(JSON.stringify(comparison));
    return 0;
  }
  const { comparisonText } = await import("../comparison-text.ts");
  print(comparisonText(comparison));
  return 0;
}

/** @throws HatrackError `file_unreadable`, `scorecard_invalid` */
async function readScorecard(file: string): Promise<Scorecard> {
  const { Scorecard: Shape } = await import("../../src/replay/scorecard-schema.ts");
  const { readJson } = await import("../reference.ts");
  const parsed = Shape.safeParse(await readJson(file, "scorecard"));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where =
    issue === undefined ? "" : `${issue.path.map(String).join(".") || "(whole)"}: ${issue.message}`;
  throw new HatrackError(
    "scorecard_invalid",
    `scorecard ${file}: ${where}; expected what "hatrack replay TICKETS --out FILE" writes`,
  );
}

function recallOf(values: Values): "on" | "off" | "both" {
  const recall = textOption(values, "recall") ?? "on";
  if (recall === "on" || recall === "off" || recall === "both") return recall;
  throw new HatrackError("usage", `--recall ${recall}: expected on, off or both`);
}

const seedOf = (values: Values): number => wholeNumber(values, "seed", { least: 0, otherwise: 1 });

function wholeNumber(
  values: Values,
  name: string,
  { least, otherwise }: { readonly least: number; readonly otherwise: number },
): number {
  const text = textOption(values, name);
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && text.trim() !== "") return number;
  throw new HatrackError("usage", `--${name} ${text}: expected a whole number from ${least} on`);
}
