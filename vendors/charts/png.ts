/** SVG → PNG with fonts of our own, so that a picture looks the same whatever the machine has installed. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** What the shipped fonts can draw; anything else is shown as �, not as nothing. */
const undrawn =
  /[^\t\n\u0020-\u024F\u02BB-\u02DC\u0300-\u036F\u0370-\u03FF\u0400-\u04FF\u2000-\u206F\u20AC\u2122\u2191\u2193\u2212\u2215\uFFFD]/gu;
const subsets = ["latin", "latin-ext", "cyrillic", "greek"];
const weights = [400, 600];

type Resvg = typeof import("@resvg/resvg-wasm").Resvg;
let loading: Promise<{ readonly Resvg: Resvg; readonly fonts: readonly Uint8Array[] }> | undefined;

/** `width`: of the picture, pixels; the height follows. @throws what the renderer throws on text that is no SVG */
export async function svgToPng(svg: string, width: number): Promise<Uint8Array> {
  loading ??= load();
  const { Resvg, fonts } = await loading;
  const drawing = new Resvg(svg.replaceAll(undrawn, "\uFFFD"), {
    fitTo: { mode: "width", value: width },
    font: { fontBuffers: [...fonts], defaultFontFamily: "Inter", sansSerifFamily: "Inter" },
  });
  try {
    const image = drawing.render();
    const png = image.asPng();
    image.free();
    return png;
  } finally {
    drawing.free();
  }
}

/** Once a process: the renderer refuses to be set up twice. */
async function load(): Promise<{ Resvg: Resvg; fonts: Uint8Array[] }> {
  const { resolve } = createRequire(import.meta.url);
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  const files = subsets.flatMap((subset) =>
    weights.map((weight) => `@fontsource/inter/files/inter-${subset}-${weight}-normal.woff2`),
  );
  const [wasm, ...fonts] = await Promise.all(
    ["@resvg/resvg-wasm/index_bg.wasm", ...files].map((file) => readFile(resolve(file))),
  );
  if (wasm !== undefined) await initWasm(wasm);
  return { Resvg, fonts };
}
