/**
 * Slack's limits, checked before a message or a modal is sent. Slack answers a breach with an error that names
 * little; here the breach is named exactly. Sources: Block Kit reference and SDK validators (docs.slack.dev, read
 * 2026-11); `blockText` is undocumented and measured at about 13,200 (bolt-js issue 2509). Characters, or items.
 */
import type { Block, KnownBlock, View } from "@slack/types";
import { HatrackError } from "../src/errors.ts";

export const limits = {
  blocksPerMessage: 50,
  blocksPerView: 100,
  blockText: 13_000,
  messageText: 4000,
  sectionText: 3000,
  sectionFields: 10,
  fieldText: 2000,
  headerText: 150,
  imageText: 2000,
  contextElements: 10,
  contextText: 2000,
  actionsElements: 25,
  buttonText: 75,
  buttonValue: 2000,
  url: 3000,
  id: 255,
  optionText: 75,
  options: 100,
  overflowOptions: 5,
  inputLabel: 2000,
  placeholder: 150,
  inputLength: 3000,
  confirmTitle: 100,
  confirmText: 300,
  viewTitle: 24,
  privateMetadata: 3000,
  tableRows: 100,
  tableColumns: 20,
  /** Over all tables of a message. */
  tableText: 10_000,
} as const;

export interface Message {
  /** Our own words only: notifications and screen readers read it. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** "exact" throws on the first breach (development, tests); "cut" shortens visibly and reports. */
export type LimitMode = "exact" | "cut";

/** What is wrong, with path, size and limit; empty when Slack takes it. */
export function breaches(message: Message): string[] {
  return [
    ...over("text", message.text, limits.messageText),
    ...blockBreaches(message.blocks, limits.blocksPerMessage),
    ...over("all block text", blockText(message.blocks), limits.blockText),
    ...over("all table text", blockText(message.blocks.filter(isTable)), limits.tableText),
  ];
}

export function viewBreaches(view: View): string[] {
  const titles = view.type === "modal" ? [view.title, view.submit, view.close] : [];
  return [
    ...titles.flatMap((title) => over("view title", title?.text ?? "", limits.viewTitle)),
    ...over("private_metadata", view.private_metadata ?? "", limits.privateMetadata),
    ...over("callback_id", view.callback_id ?? "", limits.id),
    ...blockBreaches(view.blocks, limits.blocksPerView),
  ];
}

/** @throws HatrackError `slack_limit`: a form that is not whole is not shown at all */
export function viewWithinLimits<V extends View>(view: V): V {
  const found = viewBreaches(view);
  if (found.length > 0) throw tooMuch("view", found);
  return view;
}

export function tooMuch(what: string, found: readonly string[]): HatrackError {
  return new HatrackError("slack_limit", `slack: a ${what} breaks Slack's limits: ${found.join("; ")}`);
}

/** Whether a block, taken alone, breaks no limit. */
export function fits(block: KnownBlock): boolean {
  return blockBreaches([block], 1).length === 0;
}

type Json = Readonly<Record<string, unknown>>;

function blockBreaches(blocks: readonly (KnownBlock | Block)[], most: number): string[] {
  return [
    ...over("blocks", blocks, most),
    ...blocks.flatMap((block, at) => objectBreaches(asJson(block), `blocks[${at}]`)),
  ];
}

/** Walks any Block Kit object; what each type allows stands in `rules`. */
function objectBreaches(object: Json, path: string): string[] {
  const type = typeof object["type"] === "string" ? object["type"] : "";
  const own = (rules[type] ?? []).flatMap(([key, most]) => over(`${path}.${key}`, textOf(object[key]), most));
  const inner = Object.entries(object).flatMap(([key, value]) => children(value, `${path}.${key}`));
  return [...own, ...tooNarrow(object, path), ...empties(object, path), ...inner];
}

function children(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => children(item, `${path}[${at}]`));
  return value !== null && typeof value === "object" ? objectBreaches(asJson(value), path) : [];
}

/** What holds for the parts of a block, and not for such parts elsewhere. */
function tooNarrow({ type, elements, rows }: Json, path: string): string[] {
  const parts: readonly unknown[] = Array.isArray(elements) && type === "context" ? elements : [];
  const wide: readonly unknown[] = Array.isArray(rows) ? rows : [];
  return [
    ...parts.flatMap((part, at) => over(`${path}.elements[${at}].text`, textOf(part), limits.contextText)),
    ...wide.flatMap((row, at) =>
      Array.isArray(row) ? over(`${path}.rows[${at}]`, row, limits.tableColumns) : [],
    ),
  ];
}

function empties(object: Json, path: string): string[] {
  return object["text"] === "" ? [`${path}.text: empty, expected at least 1 character`] : [];
}

const common = [
  ["action_id", limits.id],
  ["block_id", limits.id],
] as const;
const rules: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  section: [["text", limits.sectionText], ["fields", limits.sectionFields], ...common],
  header: [["text", limits.headerText], ...common],
  image: [["alt_text", limits.imageText], ["title", limits.imageText], ...common],
  context: [["elements", limits.contextElements], ...common],
  actions: [["elements", limits.actionsElements], ...common],
  button: [["text", limits.buttonText], ["value", limits.buttonValue], ["url", limits.url], ...common],
  table: [["rows", limits.tableRows], ...common],
  overflow: [["options", limits.overflowOptions], ...common],
  static_select: [["options", limits.options], ["placeholder", limits.placeholder], ...common],
  input: [["label", limits.inputLabel], ["hint", limits.inputLabel], ...common],
  plain_text_input: [["placeholder", limits.placeholder], ["initial_value", limits.inputLength], ...common],
  mrkdwn: [["text", limits.sectionText]],
  plain_text: [["text", limits.sectionText]],
};

function textOf(value: unknown): string | readonly unknown[] {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const inner = value !== null && typeof value === "object" ? asJson(value)["text"] : "";
  return typeof inner === "string" ? inner : "";
}

function over(what: string, value: string | readonly unknown[], most: number): string[] {
  return value.length > most ? [`${what}: ${value.length}, at most ${most}`] : [];
}

function isTable({ type }: KnownBlock): boolean {
  return type === "table";
}

/** Every `text` string of the blocks, one after the other. */
export function blockText(value: unknown): string {
  if (Array.isArray(value)) return value.map(blockText).join("");
  if (value === null || typeof value !== "object") return "";
  return Object.entries(value)
    .map(([key, item]) => (key === "text" && typeof item === "string" ? item : blockText(item)))
    .join("");
}

function asJson(value: object): Json {
  return Object.fromEntries(Object.entries(value));
}
