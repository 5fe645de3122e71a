/** What a person has filled in: from plain values to `state.values`, and the checks Slack makes in the browser. */
import type { Block } from "../block-kit/blocks-schema.ts";
import { placed } from "../block-kit/elements.ts";
import type { Placed } from "../block-kit/elements.ts";
import { isEmpty, stateValue, ValueFault } from "../block-kit/state.ts";
import { LIMITS } from "../limits.ts";
import { LocalError } from "../slack-error.ts";
import type { StateValues } from "../wire.ts";

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `{block: {action: "x"}}`, `{block: "x"}` and `{action: "x"}` all lead to the element that is meant. */
function flatten(fields: readonly Placed[], given: Record<string, unknown>): [Placed, unknown][] {
  return Object.entries(given).flatMap(([key, value]): [Placed, unknown][] => {
    const block = fields.filter((field) => field.blockId === key);
    if (block.length > 0 && isObject(value))
      return Object.entries(value).map(([action, inner]) => [find(block, `${key}.${action}`, action), inner]);
    return [[block.length === 1 && block[0] !== undefined ? block[0] : find(fields, key, key), value]];
  });
}

function find(fields: readonly Placed[], path: string, action: string): Placed {
  const [only, another] = fields.filter((field) => field.actionId === action);
  if (only !== undefined && another === undefined) return only;
  const known = fields.map((field) => `${field.blockId}.${field.actionId}`).join(", ");
  const reason = only === undefined ? `no such field; expected one of ${known}` : "stands in several blocks";
  throw new LocalError("invalid_values", `values.${path}: ${reason}`);
}

/** A value may also come in Slack's own shape (`{type, selected_option: {value}}`). */
function plain(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { type: _type, ...rest } = value;
  const [inner] = Object.values(rest);
  if (Array.isArray(inner)) return inner.map((item: unknown) => (isObject(item) ? item["value"] : item));
  return isObject(inner) ? inner["value"] : inner;
}

/** The state with what was given put in. Throws `LocalError` naming the field. */
export function applyValues(
  blocks: readonly Block[],
  before: StateValues,
  given: Record<string, unknown>,
): StateValues {
  const values: StateValues = Object.fromEntries(
    Object.entries(before).map(([id, block]) => [id, { ...block }]),
  );
  for (const [field, value] of flatten(placed(blocks), given)) {
    try {
      values[field.blockId] = {
        ...values[field.blockId],
        [field.actionId]: stateValue(field.element, plain(value)),
      };
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      throw new LocalError("invalid_values", `values.${field.blockId}.${field.actionId}: ${error.message}`);
    }
  }
  return values;
}

function lengthFault(element: Placed["element"], value: unknown): string | undefined {
  if (element.type !== "plain_text_input" || typeof value !== "string") return undefined;
  const { min_length: least = 0, max_length: most = LIMITS.inputLength } = element;
  if (value.length < least) return `Must be at least ${least} characters.`;
  return value.length > most ? `Must be at most ${most} characters.` : undefined;
}

function fault({ block, element }: Placed, value: unknown): string | undefined {
  if (block.type !== "input") return undefined;
  if (isObject(value) && !isEmpty(value)) return lengthFault(element, value["value"]);
  return block.optional === true ? undefined : "Please complete this required field.";
}

/** Errors by block id that the client shows before anything is sent. */
export function clientErrors(blocks: readonly Block[], values: StateValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const field of placed(blocks)) {
    const found = fault(field, values[field.blockId]?.[field.actionId]);
    if (found !== undefined) errors[field.blockId] = found;
  }
  return errors;
}
