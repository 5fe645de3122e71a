/** Pictures for people who look rather than read: what is to be drawn. Who draws it is brought from outside. */
import type { Verdict } from "../events/vocabulary.ts";

export interface CampaignCase {
  readonly caseId: string;
  /** Where, or what: a host's name, else a rule's. */
  readonly about?: string;
  readonly verdict?: Verdict;
  /** It came since the campaign was last announced. */
  readonly isNew: boolean;
}

/** What joins cases: an indicator, or a person's word. */
export interface CampaignJoin {
  /** "domain", "sha256", …; "person" for what a person has linked. */
  readonly type: string;
  readonly value: string;
  /** How many cases of the whole campaign hold it. */
  readonly cases: number;
  /** Which of those that are named do. */
  readonly caseIds: readonly string[];
}

export interface CampaignGraph {
  /** In order of opening. */
  readonly cases: readonly CampaignCase[];
  /** Cases of the whole campaign: `cases` may name fewer. */
  readonly total: number;
  /** The widest first. */
  readonly joins: readonly CampaignJoin[];
}

/** By what they mean on the page of the local workspace; a theme says which colour each is. */
export type Ink = "accent" | "blue" | "danger" | "muted" | "quiet" | "violet" | "warn";

export interface NamedInk {
  readonly name: string;
  readonly colour: Ink;
}

export interface BarRow {
  readonly name: string;
  /** One count a part, in the parts' order; whole numbers from 0. */
  readonly counts: readonly number[];
  /** At the row's right end; its sum when left out. */
  readonly note?: string;
}

/** Rows of stacked bars on one scale. */
export interface Bars {
  readonly parts: readonly NamedInk[];
  readonly rows: readonly BarRow[];
  /** Pixels; 420 when left out. */
  readonly width?: number;
}

/** `alt` says in words what it shows. */
export type Picture = { readonly alt: string } & (
  | { readonly kind: "campaign"; readonly campaign: CampaignGraph }
  | { readonly kind: "bars"; readonly bars: Bars }
);

/** A PNG. */
export type DrawPicture = (picture: Picture) => Promise<Uint8Array>;
