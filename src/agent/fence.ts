/**
 * Untrusted text stays data: it stands between two lines that carry a marker of this run, which whoever wrote the
 * text could not know. What a fence says never changes tools, budget or schema.
 */
export interface Fenced {
  /** What stands in it: "case file", "step 3 host_details ok". */
  readonly label: string;
  readonly text: string;
}

/** The marker cannot occur inside: should it, against all odds, it is taken out. */
export function fence(marker: string, { label, text }: Fenced): string {
  return `<<data ${marker} ${label}>>\n${text.replaceAll(marker, "[marker]")}\n<<end ${marker}>>`;
}

/** The first fence of a message; undefined when there is none. */
export function parseFence(message: string): Fenced | undefined {
  const match = /<<data (\S{8,64}) ([^\n]*)>>\n([\s\S]*?)\n<<end \1>>/.exec(message);
  if (match === null) return undefined;
  return { label: match[2] ?? "", text: match[3] ?? "" };
}
