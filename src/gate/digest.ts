/** What an approval is bound to: change any of it and the approval counts for nothing. */
import { canonicalJson, sha256 } from "../events/canonical.ts";
import type { Ask, Bar } from "../events/gate-events.ts";
import { gateCode } from "../events/ids.ts";

export interface Bound {
  readonly proposalId: string;
  readonly caseId: string;
  readonly ask: Pick<Ask, "verb" | "target" | "parameters">;
  /** Undefined: no rule covers it, nobody is asked. */
  readonly bar: Pick<Bar, "addressed" | "quorum"> | undefined;
}

/** SHA-256 over proposal, case, verb, target, parameters, addressed role and quorum. */
export function digestOf({ proposalId, caseId, ask, bar }: Bound): string {
  const { verb, target, parameters } = ask;
  const addressed = bar?.addressed.role ?? null;
  const quorum = bar?.quorum ?? null;
  return sha256(canonicalJson({ proposalId, caseId, verb, target, parameters, addressed, quorum }));
}

/** The digest with the code people compare by eye. */
export function sealed(bound: Bound): { readonly digest: string; readonly code: string } {
  const digest = digestOf(bound);
  return { digest, code: gateCode(digest) };
}
