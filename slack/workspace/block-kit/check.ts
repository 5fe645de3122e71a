/** Checks blocks and views against Slack's limits and answers with Slack's error codes. */
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { SlackError } from "../slack-error.ts";
import type { NewId } from "../clock.ts";
import { blockSchema } from "./blocks-schema.ts";
import type { Block } from "./blocks-schema.ts";
import { interactives, withIds } from "./elements.ts";
import { slackFaults } from "./faults.ts";
import { plainText } from "./text-schema.ts";

function duplicates(values: readonly (string | undefined)[]): string[] {
  const seen = values.filter((value) => value !== undefined);
  return seen.filter((value, at) => seen.indexOf(value) !== at);
}

function repeatedIds(blocks: readonly Block[]): string[] {
  const faults = duplicates(blocks.map((block) => block.block_id)).map(
    (twice) => `[ERROR] block_id ${twice} already exists [json-pointer:/blocks]`,
  );
  blocks.forEach((block, at) => {
    for (const twice of duplicates(interactives(block).map((element) => element.action_id)))
      faults.push(`[ERROR] action_id ${twice} already exists in the block [json-pointer:/blocks/${at}]`);
  });
  return faults;
}

/** All the text a reader would see: the sum of every `text` string in the blocks. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + (key === "text" && typeof item === "string" ? item.length : textLength(item)),
    0,
  );
}

function tableFaults(blocks: readonly Block[]): string[] {
  const length = textLength(blocks.filter((block) => block.type === "table"));
  if (length <= LIMITS.tableText) return [];
  return [
    `[ERROR] the tables hold ${length} characters, no more than ${LIMITS.tableText} allowed [json-pointer:/blocks]`,
  ];
}

/** Blocks as Slack stores them: every block and element has its id. Throws `SlackError(code)`. */
export function checkBlocks(value: unknown, rules: { max: number; code: string; newId: NewId }): Block[] {
  const parsed = z.array(blockSchema).max(rules.max).safeParse(value);
  if (!parsed.success) throw new SlackError(rules.code, slackFaults(parsed.error, ["blocks"]));
  const faults = [...repeatedIds(parsed.data), ...tableFaults(parsed.data)];
  if (faults.length > 0) throw new SlackError(rules.code, faults);
  return parsed.data.map((block) => withIds(block, rules.newId));
}

export function checkMessageBlocks(value: unknown, newId: NewId): Block[] {
  const blocks = checkBlocks(value, { max: LIMITS.blocksPerMessage, code: "invalid_blocks", newId });
  if (textLength(blocks) > LIMITS.blockTextPerMessage) throw new SlackError("msg_blocks_too_long");
  return blocks;
}

const common = {
  blocks: z.array(z.unknown()).max(LIMITS.blocksPerView),
  private_metadata: z.string().max(LIMITS.privateMetadata).optional(),
  callback_id: z.string().max(LIMITS.id).optional(),
  external_id: z.string().max(LIMITS.id).optional(),
};

const short = plainText(LIMITS.viewTitle);

const viewDraft = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("modal"),
    title: short,
    close: short.optional(),
    submit: short.optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
    ...common,
  }),
  z.strictObject({ type: z.literal("home"), ...common }),
]);

export type ViewDraft = Omit<z.infer<typeof viewDraft>, "blocks"> & { blocks: Block[] };

/** A view's definition as the app sent it; every fault is `invalid_arguments`. */
export function checkView(value: unknown, wanted: "modal" | "home", newId: NewId): ViewDraft {
  const parsed = viewDraft.safeParse(value);
  if (!parsed.success) throw new SlackError("invalid_arguments", slackFaults(parsed.error, ["view"]));
  const draft = parsed.data;
  if (draft.type !== wanted)
    throw new SlackError("invalid_arguments", [`[ERROR] must be a ${wanted} view [json-pointer:/view/type]`]);
  const blocks = checkBlocks(draft.blocks, { max: LIMITS.blocksPerView, code: "invalid_arguments", newId });
  if (draft.type === "modal" && draft.submit === undefined && blocks.some((block) => block.type === "input"))
    throw new SlackError("invalid_arguments", [
      "[ERROR] missing required field: submit [json-pointer:/view]",
    ]);
  return { ...draft, blocks };
}
