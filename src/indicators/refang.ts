/** Refanging that remembers where each character came from, so that a finding points into the text as written. */

const open = String.raw`\\?[\[({]`;
const close = String.raw`\\?[\])}]`;
const word = "[a-z0-9]";

/** Ways analysts break a value, each with what it stands for; a function where letters keep their case. */
const forms: readonly (readonly [pattern: string, stands: string | ((written: string) => string)])[] = [
  [String.raw`(?:h(?:xx|\*\*|xt|tx)p|fxp)(?=s?(?:[\[({]s[\])}])?\\?[\[({]?:\\?[\])}]?[/\[])`, lettersBack],
  [String.raw`\bmeow(?=s?(?:${open})?:)`, "http"],
  [String.raw`(?<=\bh[tx]{2}p)[\[({]s[\])}](?=(?:${open})?:)`, "s"],
  [String.raw`${open}:\/\/${close}`, "://"],
  [String.raw`${open}:${close}`, ":"],
  [String.raw`(?<=${word})${open}\/${close}`, "/"],
  [String.raw`(?<=${word}) ${open} ?(?:\.|dot) ?${close} ?(?=${word})`, "."],
  [String.raw`${open} ?(?:\.|dot) ?${close}`, "."],
  [String.raw`(?<=${word})<(?:\.|dot)>(?=${word})`, "."],
  [String.raw`(?<=${word})[\[({]\.(?=${word})|(?<=${word})\.[\])}](?=${word})`, "."],
  [String.raw`(?<=${word})(?:\\\.|[\u3002\uff0e\uff61])(?=${word})`, "."],
  [String.raw`(?<=${word}) ${open} ?(?:@|at) ?${close} ?(?=${word})`, "@"],
  [String.raw`${open} ?(?:@|at) ?${close}`, "@"],
];
const anyForm = new RegExp(forms.map(([pattern]) => `(${pattern})`).join("|"), "gi");

/** "hXXp" → "hTTp", "h**p" → "http". */
function lettersBack(written: string): string {
  return written.replace(/[x*]/g, "t").replace(/X/g, "T");
}

export interface Refanged {
  readonly text: string;
  /** Index into the source of the character at `index` of `text`; at `text.length` the source's length. */
  sourceOf(index: number): number;
}

export function refangWithMap(source: string): Refanged {
  const pieces: string[] = [];
  const origins = new Uint32Array(source.length + 1);
  let length = 0;
  const push = (piece: string, originOf: (i: number) => number): void => {
    pieces.push(piece);
    for (let i = 0; i < piece.length; i++) origins[length++] = originOf(i);
  };
  let done = 0;
  for (const match of source.matchAll(anyForm)) {
    const from = done;
    push(source.slice(from, match.index), (i) => from + i);
    push(replacement(match), () => match.index);
    done = match.index + match[0].length;
  }
  push(source.slice(done), (i) => done + i);
  origins[length] = source.length;
  const text = pieces.join("");
  return { text, sourceOf: (index) => origins[Math.min(index, length)] ?? source.length };
}

function replacement(match: RegExpExecArray): string {
  const stands = forms[match.slice(1).findIndex(Boolean)]?.[1] ?? match[0];
  return typeof stands === "string" ? stands : stands(match[0]);
}
