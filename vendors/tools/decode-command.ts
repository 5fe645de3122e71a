import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool } from "../../src/agent/define-tool.ts";
import { indicatorsIn } from "../../src/indicators/extract.ts";
import { decodeLayers } from "../decode-layers.ts";
import { cutBytes, withinBytes } from "../fit.ts";

/** Bytes of JSON that a role is shown of each layer, and of all indicators. */
const maxLayers = 6;
const layerBytes = 2_000;
const indicatorBytes = 3_500;

/** Takes an encoded command line apart, layer by layer. Nothing is run. */
export function decodeCommand(): StructuredToolInterface {
  return defineTool({
    name: "decode_command",
    description:
      "Decode an encoded command line (PowerShell -EncodedCommand in any abbreviation, FromBase64String, gzip, deflate, nested) and list the indicators found in each layer. It only reads; nothing is run.",
    input: z.object({ command: z.string().min(1).max(64_000).describe("the command line, whole") }),
    maxBytes: 16_000,
    run: ({ command }) => {
      const decoded = decodeLayers(command, { layers: maxLayers, characters: 64_000 });
      const texts = [command, ...decoded.map((layer) => layer.text)];
      const indicators = texts.flatMap((text, layer) =>
        indicatorsIn(text).map((each) => ({ layer, ...each })),
      );
      return Promise.resolve({
        encoded: decoded.length > 0,
        layers: decoded.map(({ encoding, from, within, text, omitted }, i) => ({
          ...{ layer: i + 1, encoding, from, within, text: cutBytes(text, layerBytes) },
          ...(omitted > 0 ? { omitted } : {}),
        })),
        indicators: withinBytes(indicators, indicatorBytes),
      });
    },
  });
}
