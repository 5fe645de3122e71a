/**
 * The one strict schema of Block Kit here. What it does not know it refuses: a block that real Slack would take
 * and this page could not draw must fail loudly, not disappear.
 */
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import {
  accessoryElement,
  actionElement,
  imageElement,
  imageFields,
  inputElement,
} from "./elements-schema.ts";
import { richTextBlock } from "./rich-text-schema.ts";
import { blockId, mrkdwn, plainText, textObject } from "./text-schema.ts";

const section = z
  .strictObject({
    type: z.literal("section"),
    block_id: blockId,
    text: textObject(LIMITS.sectionText).optional(),
    fields: z.array(textObject(LIMITS.fieldText)).min(1).max(LIMITS.sectionFields).optional(),
    accessory: accessoryElement.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, {
    message: "missing required field: text",
  });

const header = z.strictObject({
  type: z.literal("header"),
  block_id: blockId,
  text: plainText(LIMITS.headerText),
});

const context = z.strictObject({
  type: z.literal("context"),
  block_id: blockId,
  elements: z
    .array(
      z.discriminatedUnion("type", [plainText(LIMITS.fieldText), mrkdwn(LIMITS.fieldText), imageElement]),
    )
    .min(1)
    .max(LIMITS.contextElements),
});

const actions = z.strictObject({
  type: z.literal("actions"),
  block_id: blockId,
  elements: z.array(actionElement).min(1).max(LIMITS.actionsElements),
});

const divider = z.strictObject({ type: z.literal("divider"), block_id: blockId });

const input = z.strictObject({
  type: z.literal("input"),
  block_id: blockId,
  label: plainText(LIMITS.inputLabel),
  hint: plainText(LIMITS.inputLabel).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: inputElement,
});

const image = z
  .strictObject({
    type: z.literal("image"),
    block_id: blockId,
    title: plainText(LIMITS.imageText).optional(),
    ...imageFields,
  })
  .refine((block) => (block.image_url === undefined) !== (block.slack_file === undefined), {
    message: "must have exactly one of `image_url` and `slack_file`",
  });

const cell = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("raw_text"), text: z.string().min(1) }),
  z.strictObject({ type: z.literal("raw_number"), value: z.number(), text: z.string().min(1) }),
  richTextBlock,
]);

const table = z.strictObject({
  type: z.literal("table"),
  block_id: blockId,
  rows: z.array(z.array(cell).min(1).max(LIMITS.tableColumns)).min(1).max(LIMITS.tableRows),
  column_settings: z
    .array(
      z.strictObject({
        align: z.enum(["left", "center", "right"]).optional(),
        is_wrapped: z.boolean().optional(),
      }),
    )
    .max(LIMITS.tableColumns)
    .optional(),
});

export const blockSchema = z.discriminatedUnion("type", [
  section,
  header,
  context,
  actions,
  divider,
  richTextBlock,
  input,
  image,
  table,
]);

export type Block = z.infer<typeof blockSchema>;
export type TableBlock = z.infer<typeof table>;
export type InputBlock = z.infer<typeof input>;
export type SectionBlock = z.infer<typeof section>;
export type ImageBlock = z.infer<typeof image>;
