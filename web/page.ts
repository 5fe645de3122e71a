/** What every page is: a title, a place in the navigation, and regions that the live stream replaces one by one. */
import { createHash } from "node:crypto";
import type { Html } from "../slack/workspace/page/html.ts";

export const places = [
  { at: "proof", path: "/proof", name: "Proof" },
  { at: "follow", path: "/follow", name: "Follow an alert" },
  { at: "campaigns", path: "/campaigns", name: "Campaigns" },
  { at: "floor", path: "/floor", name: "Floor" },
  { at: "policy", path: "/policy", name: "Policy" },
] as const;
export type Place = (typeof places)[number]["at"];

export interface Region {
  /** Of its element; unique in the page. */
  readonly id: string;
  readonly html: Html;
}

export interface Page {
  readonly title: string;
  readonly at: Place | undefined;
  readonly regions: readonly Region[];
  /** HTTP status; 200 when left out. */
  readonly status?: number;
  /** Nothing on it changes by itself. */
  readonly still?: boolean;
}

/** Which drawing of a region this is: what has not changed is not replaced. */
export function versionOf(drawn: Html): string {
  return createHash("sha256").update(drawn.toString()).digest("base64url").slice(0, 12);
}
