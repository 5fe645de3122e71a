/** `state.values`: what a person has entered, in Slack's shape for each kind of element. */
import type { StateValues } from "../wire.ts";
import type { Block } from "./blocks-schema.ts";
import type { Interactive } from "./elements-schema.ts";
import { placed } from "./elements.ts";
import type { Option } from "./text-schema.ts";

export function optionsOf(element: Interactive): Option[] {
  if (element.type === "static_select")
    return element.options ?? element.option_groups?.flatMap((group) => group.options) ?? [];
  return "options" in element ? element.options : [];
}

function initialPeople(element: Interactive): Record<string, unknown> | undefined {
  const { type } = element;
  if (type === "users_select") return { type, selected_user: element.initial_user ?? null };
  if (type === "multi_users_select") return { type, selected_users: element.initial_users ?? [] };
  return undefined;
}

function initialText(element: Interactive): Record<string, unknown> | undefined {
  const { type } = element;
  if (type === "plain_text_input") return { type, value: element.initial_value ?? null };
  if (type === "datepicker") return { type, selected_date: element.initial_date ?? null };
  return undefined;
}

function initialOptions(element: Interactive): Record<string, unknown> | undefined {
  const { type } = element;
  if (type === "checkboxes") return { type, selected_options: element.initial_options ?? [] };
  if (type === "static_select" || type === "radio_buttons")
    return { type, selected_option: element.initial_option ?? null };
  return undefined;
}

/** The element's value before anybody touched it; nothing for what has no state (buttons, overflow menus). */
export function initialValue(element: Interactive): Record<string, unknown> | undefined {
  return initialText(element) ?? initialOptions(element) ?? initialPeople(element);
}

export function initialState(blocks: readonly Block[]): StateValues {
  const values: StateValues = {};
  for (const { blockId, actionId, element } of placed(blocks)) {
    const value = initialValue(element);
    if (value !== undefined) values[blockId] = { ...values[blockId], [actionId]: value };
  }
  return values;
}

/** Thrown words name what was expected; the caller knows the field. */
export class ValueFault extends Error {
  override readonly name = "ValueFault";
}

function text(given: unknown): string | null {
  if (given === null || given === undefined || given === "") return null;
  if (typeof given !== "string") throw new ValueFault(`expected a string, got ${typeof given}`);
  return given;
}

function list(given: unknown): string[] {
  if (given === null || given === undefined) return [];
  if (typeof given === "string") return given === "" ? [] : [given];
  if (!Array.isArray(given)) throw new ValueFault(`expected a list of strings, got ${typeof given}`);
  return given.map((item) => text(item) ?? "");
}

function option(element: Interactive, value: string | null): Option | null {
  if (value === null) return null;
  const options = optionsOf(element);
  const found = options.find((candidate) => candidate.value === value);
  if (found !== undefined) return found;
  const known = options.map((candidate) => candidate.value).join(", ");
  throw new ValueFault(`expected one of ${known}; got ${value}`);
}

/** The key under which Slack puts the value of an element that holds one piece of text. */
const TEXT_KEY = {
  plain_text_input: "value",
  button: "value",
  users_select: "selected_user",
  datepicker: "selected_date",
} as const;

/** A plain value (`"reason"`, `"U1"`, `["a", "b"]`) in Slack's shape for the element. Throws `ValueFault`. */
export function stateValue(element: Interactive, given: unknown): Record<string, unknown> {
  const { type } = element;
  if (type === "checkboxes")
    return { type, selected_options: list(given).map((value) => option(element, value)) };
  if (type === "multi_users_select") return { type, selected_users: list(given) };
  if (type === "static_select" || type === "radio_buttons" || type === "overflow")
    return { type, selected_option: option(element, text(given)) };
  return { type, [TEXT_KEY[type]]: text(given) };
}

/** True if the person left it empty. */
export function isEmpty(value: Record<string, unknown> | undefined): boolean {
  if (value === undefined) return true;
  const { type: _kind, ...rest } = value;
  return Object.values(rest).every((item) => item === null || (Array.isArray(item) && item.length === 0));
}
