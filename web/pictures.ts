/**
 * Charts of the pages, drawn on the server as SVG and shown as pictures: a picture cannot script, and beside each stands
 * a table that says the same.
 */
import { campaignChart } from "../vendors/charts/campaign.ts";
import { curvesChart, type CurveLine, type Share } from "../vendors/charts/curves.ts";
import { drawSvg, type Chart } from "../vendors/charts/draw.ts";
import { wilson } from "../src/memory/statistics.ts";
import type { Escalation, Scorecard } from "../src/replay/scorecard-schema.ts";
import type { Answer } from "./http.ts";
import { altOf } from "./pages/campaigns.ts";
import { historyAlt } from "./pages/proof-history.ts";
import { calibrationAlt } from "./pages/proof-roles.ts";
import type { Campaigns } from "./read/campaigns.ts";
import type { ProofView, Result } from "./read/proof.ts";
import { briefly, roleTitle } from "./said.ts";

type Theme = "light" | "dark";

export function themeAsked(query: URLSearchParams): Theme {
  return query.get("theme") === "dark" ? "dark" : "light";
}

/** @param file "CAMPAIGN-….svg" */
export async function campaignPicture(
  { campaigns }: Campaigns,
  file: string,
  theme: Theme,
): Promise<Answer | undefined> {
  const campaign = campaigns.find(({ id }) => file === `${id}.svg`);
  if (campaign === undefined) return undefined;
  const cases = campaign.cases.map(({ caseId, line, verdict }) => ({
    caseId,
    isNew: false,
    ...(line === undefined ? {} : { about: briefly(line.host === "" ? line.rule : line.host, 60) }),
    ...(verdict === undefined ? {} : { verdict }),
  }));
  return picture(
    campaignChart({ cases, total: cases.length, joins: campaign.joins }, { theme, alt: altOf(campaign) }),
  );
}

async function picture(chart: Chart): Promise<Answer> {
  return { type: "image/svg+xml; charset=utf-8", body: await drawSvg(chart) };
}

/** @param file "calibration.svg" or "history.svg" */
export async function proofPicture(view: ProofView, file: string, theme: Theme): Promise<Answer | undefined> {
  const { shown, history } = view;
  if (file === "calibration.svg" && shown !== undefined) return picture(calibrationChart(shown.card, theme));
  return file === "history.svg" && history.length > 0 ? picture(historyChart(history, theme)) : undefined;
}

const inks = ["blue", "accent", "warn", "danger"] as const;

function calibrationChart({ result }: Scorecard, theme: Theme): Chart {
  const sure = result.roles.filter(({ calibration }) => calibration.bins.length > 0);
  const froms = [
    ...new Set(sure.flatMap(({ calibration }) => calibration.bins.map(({ from }) => from))),
  ].sort((a, b) => a - b);
  const bins = froms.map((from) =>
    sure.flatMap(({ calibration }) => calibration.bins).find((bin) => bin.from === from),
  );
  const categories = bins.map((bin) =>
    bin === undefined ? "" : `${Math.round(bin.from * 100)}–${Math.round(bin.to * 100)}`,
  );
  const lines = sure.map(({ role, calibration }, at) => ({
    name: roleTitle(role),
    colour: inks[at % inks.length] ?? "blue",
    points: froms.map((from) => {
      const bin = calibration.bins.find((one) => one.from === from);
      return bin === undefined ? null : { rate: bin.rate, ...wilson(Math.round(bin.rate * bin.n), bin.n) };
    }),
  }));
  const ideal = {
    ...({ name: "as sure as right", colour: "muted", dashed: true } as const),
    points: bins.map((bin) => (bin === undefined ? null : { rate: (bin.from + bin.to) / 2 })),
  };
  return curvesChart(
    { categories, lines: [...lines, ideal], width: 520 },
    { theme, alt: calibrationAlt(result) },
  );
}

function historyChart(results: readonly Result[], theme: Theme): Chart {
  const oldestFirst = results.toReversed();
  const line = (name: string, colour: (typeof inks)[number], of: (way: Escalation) => Rated): CurveLine => ({
    ...{ name, colour },
    points: oldestFirst.map(({ card: { result } }) =>
      shareOf(of(result.escalation[result.headlinePart].withReview)),
    ),
  });
  const lines = [
    line("precision", "blue", ({ precision }) => precision),
    line("recall", "warn", ({ recall }) => recall),
    line("F1", "accent", ({ f1 }) => f1),
  ];
  const categories = oldestFirst.map(({ ranAt }) => new Date(ranAt).toISOString().slice(0, 10));
  return curvesChart({ categories, lines, width: 720 }, { theme, alt: historyAlt(results) });
}

type Rated = Escalation["precision"];

function shareOf({ value, low, high }: Rated): Share | null {
  if (value === null) return null;
  return low === null || high === null ? { rate: value } : { rate: value, low, high };
}
