import type { Block } from "../block-kit/blocks-schema.ts";
import { SlackError } from "../slack-error.ts";
import type { World } from "../world.ts";

/** Refuses, with `code`, what a workspace that has not got the newer blocks refuses. */
export function known(blocks: Block[], code: string, { chaos }: World): Block[] {
  const at = blocks.findIndex(({ type }) => chaos.state().unknown_blocks.includes(type));
  if (at < 0) return blocks;
  throw new SlackError(code, [`[ERROR] unsupported type [json-pointer:/blocks/${at}/type]`]);
}
