/** The one renderer of Block Kit. It throws a `ZodError` on what it does not know: nothing is drawn half. */
import { z } from "zod";
import { blockSchema } from "../block-kit/blocks-schema.ts";
import type { Block, ImageBlock, InputBlock, SectionBlock, TableBlock } from "../block-kit/blocks-schema.ts";
import type { ImageElement } from "../block-kit/elements-schema.ts";
import type { Drawing } from "./drawing.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { renderElement } from "./render-elements.ts";
import { renderRichText } from "./render-rich-text.ts";
import { renderText } from "./render-text.ts";

/** Pictures come from this server only; of any other the words are shown. */
function picture(drawing: Drawing, image: ImageElement | ImageBlock): Html {
  const { slack_file: file, alt_text: words } = image;
  const address = file !== undefined && "id" in file ? drawing.file(file.id) : undefined;
  if (address === undefined) return html`<span class="no-picture">[picture: ${words}]</span>`;
  return html`<img src="${address}" alt="${words}" loading="lazy" />`;
}

/** Pressed, it opens in its own size. */
function enlarged(drawing: Drawing, block: ImageBlock): Html {
  const { slack_file: file } = block;
  const address = file !== undefined && "id" in file ? drawing.file(file.id) : undefined;
  if (address === undefined) return picture(drawing, block);
  return html`<a href="${address}" target="_blank" rel="noreferrer">${picture(drawing, block)}</a>`;
}

function section(drawing: Drawing, block: SectionBlock): Html {
  const { text, fields, accessory } = block;
  const spot = { drawing, blockId: block.block_id ?? "", label: text?.text.slice(0, 75) ?? "Choose" };
  return html`<div class="section">
    <div class="section-text">
      ${text !== undefined && html`<p>${renderText(drawing, text)}</p>`}
      ${
        fields !== undefined &&
        html`<div class="fields">${fields.map((field) => html`<p>${renderText(drawing, field)}</p>`)}</div>`
      }
    </div>
    ${
      accessory !== undefined &&
      html`<div class="accessory">
        ${accessory.type === "image" ? picture(drawing, accessory) : renderElement(spot, accessory)}
      </div>`
    }
  </div>`;
}

function context(drawing: Drawing, block: Block & { type: "context" }): Html {
  const items = block.elements.map((element) =>
    element.type === "image" ? picture(drawing, element) : html`<span>${renderText(drawing, element)}</span>`,
  );
  return html`<div class="context">${items}</div>`;
}

function input(drawing: Drawing, block: InputBlock): Html {
  const blockId = block.block_id ?? "";
  const spot = { drawing, blockId, label: block.label.text };
  return html`<div
    class="input"
    data-input="${blockId}"
    ${block.dispatch_action === true && html`data-dispatch`}
  >
    <p class="label" aria-hidden="true">
      ${block.label.text} ${block.optional === true && html`<span class="optional">(optional)</span>`}
    </p>
    ${renderElement(spot, block.element)}
    ${block.hint !== undefined && html`<p class="hint">${block.hint.text}</p>`}
    <p class="error" role="alert" data-error="${blockId}"></p>
  </div>`;
}

function image(drawing: Drawing, block: ImageBlock): Html {
  return html`<figure>
    ${block.title !== undefined && html`<figcaption>${renderText(drawing, block.title)}</figcaption>`}
    ${enlarged(drawing, block)}
  </figure>`;
}

type Cell = TableBlock["rows"][number][number];

function cell(drawing: Drawing, value: Cell): Html {
  return value.type === "rich_text" ? renderRichText(drawing, value) : html`${value.text}`;
}

/** The first row is the head, as Slack draws it. */
function table(drawing: Drawing, block: TableBlock): Html {
  const [head = [], ...rows] = block.rows;
  const align = (column: number) => block.column_settings?.[column]?.align ?? "left";
  return html`<div class="table" role="region" aria-label="Table" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((value, at) => html`<th scope="col" class="${align(at)}">${cell(drawing, value)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((value, at) => html`<td class="${align(at)}">${cell(drawing, value)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function actions(drawing: Drawing, block: Block & { type: "actions" }): Html {
  const spot = { drawing, blockId: block.block_id ?? "", label: "Choose" };
  return html`<div class="actions">${block.elements.map((element) => renderElement(spot, element))}</div>`;
}

function draw(drawing: Drawing, block: Block): Html {
  switch (block.type) {
    case "section":
      return section(drawing, block);
    case "header":
      return html`<h3>${renderText(drawing, block.text)}</h3>`;
    case "context":
      return context(drawing, block);
    case "actions":
      return actions(drawing, block);
    case "divider":
      return html`<hr />`;
    case "rich_text":
      return renderRichText(drawing, block);
    case "input":
      return input(drawing, block);
    case "image":
      return image(drawing, block);
    case "table":
      return table(drawing, block);
  }
}

export function renderBlocks(drawing: Drawing, blocks: unknown): Html {
  return html`${z
    .array(blockSchema)
    .parse(blocks)
    .map((block) => draw(drawing, block))}`;
}
