/**
 * Defanging makes a name, address or link inert for people to read ("hxxps://evil[.]example"); refanging is the way
 * back: `refang(defang(text)) === refang(text)` for every text.
 */
import { extract } from "./extract.ts";
import { refangWithMap } from "./refang.ts";

/** Types whose value a reader's program could turn into a link. */
const live: ReadonlySet<string> = new Set(["domain", "email", "ipv4", "ipv6", "url"]);

/** A text with every link, name, address and e-mail address in it made inert; the rest as it was. */
export function defang(text: string): string {
  let result = "";
  let done = 0;
  for (const { type, start, end } of extract(text)) {
    if (start < done || !live.has(type)) continue;
    result += text.slice(done, start) + inert(refang(text.slice(start, end)));
    done = end;
  }
  return result + text.slice(done);
}

/** One indicator's value, whatever stands in it, made inert as a whole; types that cannot be a link stay as they are. */
export function defangValue({ type, value }: { readonly type: string; readonly value: string }): string {
  return live.has(type) ? inert(value) : value;
}

/** The text with its defanged forms (`hxxp`, `[.]`, `(dot)`, `[@]`, `[:]`, `[://]` …) put back. */
export function refang(text: string): string {
  return refangWithMap(text).text;
}

function inert(value: string): string {
  const noScheme = value.replace(/^(?:https?|ftps?)(?=:\/\/)/i, (scheme) =>
    scheme.replace(/t/g, "x").replace(/T/g, "X"),
  );
  const v6 = value.includes(":") && /^[0-9a-f:.]+$/i.test(value);
  return (v6 ? noScheme.replaceAll(":", "[:]") : noScheme).replaceAll(".", "[.]").replaceAll("@", "[@]");
}
