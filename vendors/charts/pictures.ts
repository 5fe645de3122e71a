/** Pictures for Slack: drawn in the light theme, as a PNG sharp enough for a phone. */
import type { Picture } from "../../src/seams/pictures.ts";
import { barsChart } from "./bars.ts";
import { campaignChart } from "./campaign.ts";
import { drawSvg, type Chart } from "./draw.ts";
import { svgToPng } from "./png.ts";

/** Pixels of the PNG for each of the picture. */
const sharpness = 2.5;

export async function drawPicture(picture: Picture): Promise<Uint8Array> {
  const chart = chartOf(picture);
  return svgToPng(await drawSvg(chart), Math.round(chart.width * sharpness));
}

function chartOf(picture: Picture): Chart {
  const look = { theme: "light", alt: picture.alt } as const;
  return picture.kind === "campaign" ? campaignChart(picture.campaign, look) : barsChart(picture.bars, look);
}
