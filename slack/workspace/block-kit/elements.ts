/** Finds the interactive elements of blocks and gives ids to what came without. */
import type { NewId } from "../clock.ts";
import type { Block } from "./blocks-schema.ts";
import type { Interactive } from "./elements-schema.ts";

/** A section's accessory, unless it is a picture. */
function usable(block: Block): Interactive | undefined {
  if (block.type !== "section" || block.accessory === undefined) return undefined;
  return block.accessory.type === "image" ? undefined : block.accessory;
}

/** Every element of the block that a person can use, in order. */
export function interactives(block: Block): Interactive[] {
  if (block.type === "actions") return block.elements;
  if (block.type === "input") return [block.element];
  const accessory = usable(block);
  return accessory === undefined ? [] : [accessory];
}

function named<T extends { action_id?: string | undefined }>(element: T, newId: NewId): T {
  return element.action_id === undefined ? { ...element, action_id: newId("a") } : element;
}

/** Slack makes up the ids an app leaves out; payloads always carry one. */
export function withIds(block: Block, newId: NewId): Block {
  const block_id = block.block_id ?? newId("b");
  if (block.type === "actions")
    return { ...block, block_id, elements: block.elements.map((element) => named(element, newId)) };
  if (block.type === "input") return { ...block, block_id, element: named(block.element, newId) };
  if (block.type === "section" && block.accessory !== undefined && block.accessory.type !== "image")
    return { ...block, block_id, accessory: named(block.accessory, newId) };
  return { ...block, block_id };
}

/** Where an element stands: an element's `action_id` is unique in its block only. */
export interface Placed {
  blockId: string;
  actionId: string;
  element: Interactive;
  block: Block;
}

export function placed(blocks: readonly Block[]): Placed[] {
  return blocks.flatMap((block) =>
    interactives(block).map((element) => ({
      blockId: block.block_id ?? "",
      actionId: element.action_id ?? "",
      element,
      block,
    })),
  );
}
