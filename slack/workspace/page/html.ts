/** Markup that has been escaped. Only the `html` tag makes it, so a plain string can never pass for markup. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Html = Markup;
export type Part = string | number | Html | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

function write(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.toString();
  if (typeof part === "string") return escape(part);
  return typeof part === "number" ? String(part) : part.map(write).join("");
}

/** Writes markup: every part is escaped unless it is markup itself. Attribute values must stand in quotes. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Markup(
    strings.reduce((whole, piece, at) => whole + (at === 0 ? "" : write(parts[at - 1])) + piece, ""),
  );
}

export function join(items: readonly Html[], between: Html): Html {
  return html`${items.map((item, at) => (at === 0 ? item : html`${between}${item}`))}`;
}
