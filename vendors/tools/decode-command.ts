import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool } from "../../src/agent/define-tool.ts";
import { indicatorsIn } from "../../src/indicators/extract.ts";
import { decodeLayers } from "../decode-layers.ts";
import { cutText } from "../fit.ts";

/** Characters of each layer a role is shown, and indicators in all. */
const limits = { layers: 6, characters: 2_500 };
const maxIndicators = 40;

/** Takes an encoded command line apart, layer by layer. Nothing is run. */
export function decodeCommand(): StructuredToolInterface {
  return defineTool({
    name: "decode_command",
    description:
      "Decode an encoded command line (PowerShell -EncodedCommand in any abbreviation, FromBase64String, gzip, deflate, nested) and list the indicators found in each layer. It only reads; nothing is run.",
    input: z.object({ command: z.string().min(1).max(64_000).describe("the command line, whole") }),
    maxBytes: 16_000,
    run: ({ command }) => {
      const decoded = decodeLayers(command, { ...limits, characters: 64_000 });
      const texts = [command, ...decoded.map((layer) => layer.text)];
      const indicators = texts.flatMap((text, layer) =>
        indicatorsIn(text).map((each) => ({ layer, ...each })),
      );
      return Promise.resolve({
        encoded: decoded.length > 0,
        layers: decoded.map(({ encoding, from, within, text, omitted }, i) => ({
          ...{ layer: i + 1, encoding, from, within, text: cutText(text, limits.characters) },
          ...(omitted > 0 ? { omitted } : {}),
        })),
        indicators: indicators.slice(0, maxIndicators),
      });
    },
  });
}
