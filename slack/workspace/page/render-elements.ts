/** Buttons, menus and fields. Each names its action and block in `data-…`, which the page's script sends back. */
import type { ActionElement, InputElement, Interactive } from "../block-kit/elements-schema.ts";
import { optionsOf } from "../block-kit/state.ts";
import type { Confirm, Option } from "../block-kit/text-schema.ts";
import type { Drawing } from "./drawing.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { renderText } from "./render-text.ts";

/** Where an element stands and how it is called for who cannot see it. */
export interface Spot {
  drawing: Drawing;
  blockId: string;
  label: string;
}

function confirmation(drawing: Drawing, confirm: Confirm | undefined): Html | undefined {
  if (confirm === undefined) return undefined;
  const kind = confirm.style === "danger" ? "button danger" : "button primary";
  return html`<template data-confirm>
    <form method="dialog">
      <h2>${renderText(drawing, confirm.title)}</h2>
      <p>${renderText(drawing, confirm.text)}</p>
      <footer>
        <button class="button" value="no">${renderText(drawing, confirm.deny)}</button>
        <button class="${kind}" value="yes">${renderText(drawing, confirm.confirm)}</button>
      </footer>
    </form>
  </template>`;
}

function wrap(spot: Spot, element: Interactive, drawn: Html): Html {
  const confirm = "confirm" in element ? element.confirm : undefined;
  return html`<span class="element" data-block="${spot.blockId}" data-action="${element.action_id ?? ""}"
    >${drawn}${confirmation(spot.drawing, confirm)}</span
  >`;
}

function button(spot: Spot, element: ActionElement & { type: "button" }): Html {
  const kind = `button ${element.style ?? ""}`.trim();
  const label = element.accessibility_label;
  const name = label === undefined ? undefined : html` aria-label="${label}"`;
  const text = renderText(spot.drawing, element.text);
  if (element.url === undefined)
    return html`<button type="button" class="${kind}" data-press${name}>${text}</button>`;
  return html`<a
    class="${kind}"
    href="${element.url}"
    target="_blank"
    rel="noopener noreferrer"
    data-press${name}
    >${text}<span class="out" aria-hidden="true"> ↗</span></a
  >`;
}

function overflow(element: ActionElement & { type: "overflow" }): Html {
  const items = element.options.map(
    (option) =>
      html`<button type="button" data-press data-value="${option.value}">${option.text.text}</button>`,
  );
  return html`<details class="menu">
    <summary class="button" aria-label="More actions">⋯</summary>
    <div class="items">${items}</div>
  </details>`;
}

function chosen(spot: Spot, element: Interactive): string[] {
  const value = spot.drawing.values[spot.blockId]?.[element.action_id ?? ""];
  if (typeof value !== "object" || value === null) return initially(element);
  const { type: _type, ...rest } = value as Record<string, unknown>;
  return Object.values(rest).flatMap((item) => (Array.isArray(item) ? item : [item]).flatMap(plain));
}

function plain(item: unknown): string[] {
  if (typeof item === "string") return [item];
  if (typeof item !== "object" || item === null || !("value" in item)) return [];
  return typeof item.value === "string" ? [item.value] : [];
}

function initially(element: Interactive): string[] {
  if ("initial_option" in element)
    return element.initial_option === undefined ? [] : [element.initial_option.value];
  if ("initial_options" in element) return element.initial_options?.map((option) => option.value) ?? [];
  if ("initial_users" in element) return element.initial_users ?? [];
  return "initial_user" in element && element.initial_user !== undefined ? [element.initial_user] : [];
}

function select(spot: Spot, element: Interactive, items: readonly { value: string; text: string }[]): Html {
  const current = chosen(spot, element);
  const placeholder = "placeholder" in element ? element.placeholder?.text : undefined;
  return html`<select data-field aria-label="${spot.label}">
    <option value="">${placeholder ?? "Choose…"}</option>
    ${items.map(
      ({ value, text }) =>
        html`<option value="${value}" ${current.includes(value) && html`selected`}>${text}</option>`,
    )}
  </select>`;
}

function optionItems(options: readonly Option[]): { value: string; text: string }[] {
  return options.map((option) => ({ value: option.value, text: option.text.text }));
}

/** Radio buttons or checkboxes; `many` says which. */
function ticks(spot: Spot, element: Interactive, choice: { many: boolean; items: readonly Tick[] }): Html {
  const current = chosen(spot, element);
  const kind = choice.many ? "checkbox" : "radio";
  const name = `${spot.blockId}/${element.action_id ?? ""}`;
  return html`<span class="ticks" role="${choice.many ? "group" : "radiogroup"}" aria-label="${spot.label}"
    >${choice.items.map(
      ({ value, text, note }) =>
        html`<label
          ><input
            type="${kind}"
            name="${name}"
            value="${value}"
            data-field
            ${current.includes(value) && html`checked`}
          />
          <span>${text}${note !== undefined && html`<small>${note}</small>`}</span></label
        >`,
    )}</span
  >`;
}

interface Tick {
  value: string;
  text: Html | string;
  note?: string | undefined;
}

function optionTicks(drawing: Drawing, options: readonly Option[]): Tick[] {
  return options.map((option) => ({
    value: option.value,
    text: renderText(drawing, option.text),
    note: option.description?.text,
  }));
}

function textInput(spot: Spot, element: InputElement & { type: "plain_text_input" }): Html {
  const [entered] = chosen(spot, element);
  const value = entered ?? element.initial_value ?? "";
  const placeholder = element.placeholder?.text ?? "";
  const most = element.max_length ?? 3000;
  const attributes = html`data-field aria-label="${spot.label}" placeholder="${placeholder}"
  maxlength="${most}"`;
  if (element.multiline === true) return html`<textarea rows="4" ${attributes}>${value}</textarea>`;
  return html`<input type="text" value="${value}" ${attributes} />`;
}

function datepicker(spot: Spot, element: Interactive & { type: "datepicker" }): Html {
  const [entered] = chosen(spot, element);
  const value = entered ?? element.initial_date ?? "";
  return html`<input type="date" data-field aria-label="${spot.label}" value="${value}" />`;
}

function draw(spot: Spot, element: Interactive): Html {
  const people = spot.drawing.people.map(({ id, name }) => ({ value: id, text: name }));
  switch (element.type) {
    case "button":
      return button(spot, element);
    case "overflow":
      return overflow(element);
    case "static_select":
      return select(spot, element, optionItems(optionsOf(element)));
    case "users_select":
      return select(spot, element, people);
    case "multi_users_select":
      return ticks(spot, element, { many: true, items: people });
    case "radio_buttons":
      return ticks(spot, element, { many: false, items: optionTicks(spot.drawing, element.options) });
    case "checkboxes":
      return ticks(spot, element, { many: true, items: optionTicks(spot.drawing, element.options) });
    case "datepicker":
      return datepicker(spot, element);
    case "plain_text_input":
      return textInput(spot, element);
  }
}

export function renderElement(spot: Spot, element: Interactive): Html {
  return wrap(spot, element, draw(spot, element));
}
