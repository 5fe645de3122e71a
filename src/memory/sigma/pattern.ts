/**
 * Sigma's string values (specification 2.1, "String wildcards" and "Escaping"): * is any characters and ? is one; a
 * backslash escapes these and itself, and stands for itself before anything else. Matching ignores case.
 */

/** A value that matches this text and nothing else. */
export function literal(text: string): string {
  // A backslash must be doubled only where what follows would be taken for escaped by it.
  return text.replace(/\\(?=[\\*?]|$)/g, "\\\\").replace(/[*?]/g, "\\$&");
}

/** Where in a field's content a value is looked for, and whether its case counts. */
export interface Looking {
  readonly at?: "whole" | "contains" | "startswith" | "endswith";
  readonly cased?: boolean;
}

export function matches(
  content: string,
  value: string,
  { at = "whole", cased = false }: Looking = {},
): boolean {
  const open = at === "contains" || at === "endswith" ? "" : "^";
  const close = at === "contains" || at === "startswith" ? "" : "$";
  return new RegExp(open + source(value) + close, cased ? "su" : "isu").test(content);
}

/** Whether a value says anything: one of wildcards alone matches whatever there is. */
export function saysSomething(value: string): boolean {
  return tokensOf(value).some((token) => token !== "*" && token !== "?");
}

function source(value: string): string {
  return tokensOf(value)
    .map((token) => {
      if (token === "*") return ".*";
      if (token === "?") return ".";
      const plain = /^\\[\\*?]$/.test(token) ? token.slice(1) : token;
      return plain.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
    })
    .join("");
}

/** Characters, wildcards, and escaped characters with their backslash. */
function tokensOf(value: string): string[] {
  return value.match(/\\[\\*?]|[^]/gu) ?? [];
}
