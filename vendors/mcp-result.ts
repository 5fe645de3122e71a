/** What a tool of a stranger's server answered, as text: what is no text is described, and nothing is followed. Pure. */
import { z } from "zod";
import { cap } from "../src/agent/define-tool.ts";
import { visible } from "./visible.ts";

const Media = z.string().max(100).catch("unknown type");
const Uri = z.string().catch("no address");
const Data = z.string().catch("");

const Block = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.enum(["image", "audio"]), mimeType: Media, data: Data }),
  z.object({ type: z.literal("resource_link"), uri: Uri }),
  z.object({
    type: z.literal("resource"),
    resource: z.object({
      uri: Uri,
      mimeType: Media,
      text: z.string().optional().catch(undefined),
      blob: Data,
    }),
  }),
]);
type Block = z.infer<typeof Block>;

export const CallResult = z.looseObject({
  content: z.array(z.unknown()).max(1000).optional(),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});
export type CallResult = z.infer<typeof CallResult>;

/** At most `maxBytes` of UTF-8. What it is structured as stands for it where it has no text. */
export function resultText({ content = [], structuredContent }: CallResult, maxBytes: number): string {
  const parts = content.map(partText);
  const hasText = content.some((part) => z.object({ type: z.literal("text") }).safeParse(part).success);
  if (!hasText && structuredContent !== undefined) parts.unshift(JSON.stringify(structuredContent));
  return cap(parts.join("\n") || "(an empty answer)", maxBytes);
}

function partText(part: unknown): string {
  const block = Block.safeParse(part);
  return block.success ? textOf(block.data) : "[a part of a kind that is not known: not shown]";
}

function textOf(block: Block): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return `[${block.type}, ${visible(block.mimeType, 60)}, ${sizeOf(block.data)}: not shown]`;
    case "resource_link":
      return `[a link to ${visible(block.uri, 200)}: not followed]`;
    case "resource": {
      const { uri, mimeType, text, blob } = block.resource;
      const about = `[a resource, ${visible(uri, 200)}`;
      return text === undefined
        ? `${about}, ${visible(mimeType, 60)}, ${sizeOf(blob)}: not shown]`
        : `${about}]\n${text}`;
    }
  }
}

function sizeOf(base64: string): string {
  return `${Math.floor((base64.length * 3) / 4).toLocaleString("en-GB")} bytes`;
}
