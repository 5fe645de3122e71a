/** Text objects: `plain_text` is text, `mrkdwn` is the app's own markup. */
import type { PlainText, TextObject } from "../block-kit/text-schema.ts";
import type { Drawing } from "./drawing.ts";
import { withEmoji } from "./emoji.ts";
import { html, join } from "./html.ts";
import type { Html } from "./html.ts";
import { renderMrkdwn } from "./render-mrkdwn.ts";

function renderPlain(text: PlainText): Html {
  const shown = text.emoji === true ? withEmoji(text.text) : text.text;
  return join(
    shown.split("\n").map((line) => html`${line}`),
    html`<br />`,
  );
}

export function renderText(drawing: Drawing, text: TextObject): Html {
  return text.type === "mrkdwn" ? renderMrkdwn(drawing, text.text) : renderPlain(text);
}
