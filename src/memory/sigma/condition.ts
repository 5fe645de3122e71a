/** Sigma's condition: search identifiers joined by and, or, not, parentheses, and "1 of x*" or "all of them". Pure. */
import { HatrackError } from "../../errors.ts";

export type Condition =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "of"; readonly quantity: "one" | "all"; readonly pattern: string }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition };

/** @throws HatrackError `sigma_invalid` */
export function parseCondition(text: string): Condition {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  const parser = new Parser(tokens, text);
  return parser.whole();
}

/** Names of the identifiers a condition uses, out of those there are. */
export function namesIn(condition: Condition, all: readonly string[]): string[] {
  switch (condition.kind) {
    case "name":
      return [condition.name];
    case "of":
      return named(condition.pattern, all);
    case "not":
      return namesIn(condition.of, all);
    case "and":
    case "or":
      return [...namesIn(condition.left, all), ...namesIn(condition.right, all)];
  }
}

export function holds(
  condition: Condition,
  all: readonly string[],
  isTrue: (name: string) => boolean,
): boolean {
  switch (condition.kind) {
    case "name":
      return isTrue(condition.name);
    case "of": {
      const names = named(condition.pattern, all);
      return condition.quantity === "one" ? names.some(isTrue) : names.every(isTrue);
    }
    case "not":
      return !holds(condition.of, all, isTrue);
    case "and":
      return holds(condition.left, all, isTrue) && holds(condition.right, all, isTrue);
    case "or":
      return holds(condition.left, all, isTrue) || holds(condition.right, all, isTrue);
  }
}

/** "them" is every identifier that does not begin with an underscore. */
function named(pattern: string, all: readonly string[]): string[] {
  if (pattern === "them") return all.filter((name) => !name.startsWith("_"));
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return all.filter((name) => new RegExp(`^${source}$`).test(name));
}

class Parser {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #at = 0;

  constructor(tokens: readonly string[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  whole(): Condition {
    const condition = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unexpected("and, or, or the end");
    return condition;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#takes("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#takes("and")) left = { kind: "and", left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    return this.#takes("not") ? { kind: "not", of: this.#not() } : this.#primary();
  }

  #primary(): Condition {
    if (this.#takes("(")) {
      const inner = this.#or();
      if (!this.#takes(")")) throw this.#unexpected('")"');
      return inner;
    }
    const token = this.#tokens[this.#at] ?? "";
    const of = /^(1|any|all)$/i.test(token) && this.#tokens[this.#at + 1]?.toLowerCase() === "of";
    if (of) return this.#of(token);
    if (!/^[A-Za-z_]\w*$/.test(token) || /^(?:and|or|not|of|them)$/i.test(token)) {
      throw this.#unexpected("a search identifier");
    }
    this.#at += 1;
    return { kind: "name", name: token };
  }

  #of(quantity: string): Condition {
    this.#at += 2;
    const pattern = this.#tokens[this.#at] ?? "";
    if (!/^[A-Za-z_*][\w*]*$/.test(pattern))
      throw this.#unexpected('a pattern such as selection_*, or "them"');
    this.#at += 1;
    return { kind: "of", quantity: quantity.toLowerCase() === "all" ? "all" : "one", pattern };
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(expected: string): HatrackError {
    const found = this.#tokens[this.#at];
    const what = found === undefined ? "it ends" : `"${found}"`;
    return new HatrackError("sigma_invalid", `condition "${this.#text}": ${what}, expected ${expected}`);
  }
}
