/** Evidence as people read it: where it stands in the record, and the words that stand there, quoted as code. */
import type { RichTextSection } from "@slack/types";
import type { Evidence } from "../../src/events/vocabulary.ts";
import { bold, code, section, text } from "../rich.ts";
import { ours, untrusted } from "../text.ts";

export interface EvidenceSize {
  readonly quote: number;
  /** 0: the claim is left out. */
  readonly claim: number;
}

/** `step 3` and the quoted code, then what it is claimed to show. */
export function evidenceItem({ cites, quote, claim }: Evidence, size: EvidenceSize): RichTextSection {
  const place = [bold(untrusted(cites, { max: 120 })), text(ours` `)];
  const quoted = code(untrusted(quote, { max: size.quote }));
  if (size.claim === 0) return section(...place, quoted);
  return section(...place, quoted, text(ours` `), text(untrusted(claim, { max: size.claim })));
}
