/** Who is in an on-call group right now. The answer is data to the gate; asking for it is the edge's. */
import type { Principal } from "../events/vocabulary.ts";

export interface Person {
  readonly principal: Principal;
  readonly name: string;
  /** The same human behind two ids has one `personId` (an e-mail address, say) and counts once. */
  readonly personId: string;
  readonly guest: boolean;
  readonly deactivated: boolean;
  readonly bot: boolean;
  /** Of another workspace, here through a shared channel. Left out: of our own. */
  readonly stranger?: boolean;
}

/** An empty or unknown group, or no answer at all, is `unavailable`: everyone is refused. */
export type DirectoryAnswer =
  | {
      readonly kind: "members";
      readonly group: string;
      /** RFC 3339, when the directory was asked; at most 10 s before it is used. */
      readonly askedAt: string;
      readonly members: readonly Person[];
    }
  | { readonly kind: "unavailable"; readonly group: string; readonly askedAt: string; readonly why: string };

/** The seam: Slack's user groups, explicit user ids of soc.yaml, or a test's own. */
export interface Directory {
  /** Members of an on-call role of soc.yaml ("ir-lead-oncall"). Never throws: no answer is `unavailable`. */
  onCall(role: string): Promise<DirectoryAnswer>;
  /** If it hears of changed groups (Slack's subteam_members_changed), it tells: what was known is forgotten. */
  onChange?(listener: () => void): void;
}
