/** Draws the pictures of the digests; what draws them is loaded with the first. */
import type { DrawPicture } from "../src/seams/pictures.ts";

export const drawPicture: DrawPicture = async (picture) => {
  const charts = await import("../vendors/charts/pictures.ts");
  return charts.drawPicture(picture);
};
