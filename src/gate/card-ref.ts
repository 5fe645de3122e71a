/**
 * What stands behind a button: an opaque reference to one card's request that only we can make, that expires, and that
 * says nothing of who presses. It is AES-256-GCM under a key of the front end's own, with a nonce made from what it
 * hides, so that a card drawn again carries the same value and is not edited for it.
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { z } from "zod";
import { canonicalJson, sha256 } from "../events/canonical.ts";
import { naturalId } from "../events/ids.ts";
import type { Principal } from "../events/vocabulary.ts";
import type { SigningKey } from "./keys.ts";

export interface CardSubject {
  readonly caseId: string;
  readonly proposalId: string;
  /** The event whose card it is: with it the digest that was shown. */
  readonly eventId: string;
  /** How many of the request's references have served: a card that has been used carries a new one. */
  readonly round: number;
}

const Hidden = z.strictObject({
  c: z.string().min(1).max(64),
  p: z.string().min(1).max(64),
  e: z.string().min(1).max(64),
  r: z.int().min(0),
  /** Milliseconds since the epoch. */
  x: z.int().min(0),
});

export type Opened = { readonly subject: CardSubject } | { readonly refused: "not_ours" | "expired" };

const nonceBytes = 12;
const tagBytes = 16;

/** @param key 32 bytes: see `cardKey` */
export function makeCardRef(key: Uint8Array, subject: CardSubject, expiresAt: number): string {
  const { caseId: c, proposalId: p, eventId: e, round: r } = subject;
  const plain = Buffer.from(canonicalJson({ c, p, e, r, x: expiresAt } satisfies z.infer<typeof Hidden>));
  const nonce = createHmac("sha256", key).update("nonce").update(plain).digest().subarray(0, nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const hidden = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString("base64url");
}

export function openCardRef(key: Uint8Array, ref: string, now: number): Opened {
  const hidden = Hidden.safeParse(decrypted(key, ref));
  if (!hidden.success) return { refused: "not_ours" };
  const { c: caseId, p: proposalId, e: eventId, r: round, x } = hidden.data;
  return now >= x ? { refused: "expired" } : { subject: { caseId, proposalId, eventId, round } };
}

/** A reference's short name, for where the whole has no room. */
export function refName(ref: string): string {
  return sha256(ref).slice(0, 16);
}

/** What one person does with one reference: the gate takes each of these once (`usedOnce`). */
export function useOf(name: string, { team, user }: Principal, act: string): string {
  return naturalId("card-ref", name, team, user, act);
}

/** For this and nothing else: every process that holds the front end's key reads every card. */
export function cardKey(frontEnd: Pick<SigningKey, "secretFor">): Uint8Array {
  return frontEnd.secretFor("card reference");
}

function decrypted(key: Uint8Array, ref: string): unknown {
  const bytes = Buffer.from(ref, "base64url");
  if (bytes.length <= nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return JSON.parse(plain.toString("utf8"));
  } catch {
    // Not made with this key, or changed since: the caller says so.
    return undefined;
  }
}
