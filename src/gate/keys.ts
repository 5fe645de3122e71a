/**
 * The signed door. Any process that can write the log can write "authorised by" (lesson 32), so the gate and the
 * front ends each hold an Ed25519 key: what people say counts only with a front end's signature, what came of it
 * only with the gate's. Nobody else's word for either is shown anywhere.
 */
import { createHash, createPublicKey, hkdfSync, sign, verify, type KeyObject } from "node:crypto";
import { canonicalJson, sha256 } from "../events/canonical.ts";
import { catalogue, eventTypes, type EventType } from "../events/catalogue.ts";
import type { Speaker } from "../events/define-event.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import { caseIdOf, sourcePath } from "../events/ids.ts";
import { writtenAs } from "../events/parse.ts";

/** Who must have signed an event of a type. */
export type Signer = "gate" | "frontEnd";

export interface SigningKey {
  readonly id: string;
  readonly public: PublicKey;
  sign<E extends AnyEvent>(event: E): E;
  /** 32 bytes that only who holds the key can make, for one purpose and no other. */
  secretFor(purpose: string): Uint8Array;
}

export interface PublicKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys whose signature counts; of each there may be several: more front ends, or an older one still trusted. */
export type Trusted = Readonly<Record<Signer, readonly PublicKey[]>>;

/** What one process holds: whom it trusts, and what it may sign. */
export interface Keyring {
  readonly trusted: Trusted;
  readonly gate?: SigningKey;
  readonly frontEnd?: SigningKey;
}

const saidBy = (speaker: Speaker): EventType[] =>
  eventTypes.filter((type) => catalogue[type].saidBy.includes(speaker));

/**
 * From the catalogue: what the gate says, what a front end brings, and what stands in its workspace: a tier's clock
 * starts with its card, so that nobody else may say that one was posted (lesson 38).
 */
const signers = new Map<string, Signer>([
  ...saidBy("gate").map((type) => [type, "gate"] as const),
  ...saidBy("frontend").map((type) => [type, "frontEnd"] as const),
  ...saidBy("slack").map((type) => [type, "frontEnd"] as const),
]);

export const signedTypes: readonly EventType[] = eventTypes.filter((type) => signers.has(type));

export function signerOf(type: string): Signer | undefined {
  return signers.get(type);
}

/**
 * How a source closed its own alert: no word of our gate and ranked below one, so it needs no signature. It is said
 * under the source's own name and of its own alert's case alone.
 */
function isSourcesOwn(event: AnyEvent): boolean {
  if (!isEvent(event, "case.labelled") || event.data.from !== "source") return false;
  const { labelledBy } = event.data;
  return event.source === sourcePath(labelledBy.source) && event.subject === caseIdOf(labelledBy);
}

function signerNeededBy(event: AnyEvent): Signer | undefined {
  return isSourcesOwn(event) ? undefined : signerOf(event.type);
}

/** @param key an Ed25519 private key */
export function signingKey(key: KeyObject): SigningKey {
  const half = publicKey(key);
  const { id } = half;
  return {
    id,
    public: half,
    sign: (event) => {
      const signature = sign(null, signedBytes(event), key).toString("base64url");
      return { ...event, signature: `ed25519:${id}:${signature}` };
    },
    secretFor: (purpose) => {
      const secret = key.export({ type: "pkcs8", format: "der" });
      return new Uint8Array(hkdfSync("sha256", secret, "", `hatrack ${purpose}`, 32));
    },
  };
}

/** @param key an Ed25519 key; of a private one the public half */
export function publicKey(key: KeyObject): PublicKey {
  const half = key.type === "private" ? createPublicKey(key) : key;
  return { id: keyId(half), key: half };
}

function keyId(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex").slice(0, 16);
}

/** Everything of the event but the signature itself, as it was first written. */
function signedBytes(event: AnyEvent): Buffer {
  const unsigned = { ...writtenAs(event), foreign: undefined, signature: undefined };
  return Buffer.from(canonicalJson(unsigned));
}

/** Judges events by their signatures; remembers what it has checked, for cases are read again and again. */
export class Verifier {
  readonly #trusted: Trusted;
  readonly #checked = new Map<string, boolean>();

  constructor(trusted: Trusted) {
    this.#trusted = trusted;
  }

  /** Why an event that needs a signature does not count; undefined when it does, or needs none. */
  whyNot(event: AnyEvent): string | undefined {
    const signer = signerNeededBy(event);
    if (signer === undefined) return undefined;
    const who = signer === "gate" ? "the gate" : "a front end";
    if (event.signature === undefined) return `it is not signed; expected the signature of ${who}`;
    const [algorithm, id, signature = "", more] = event.signature.split(":");
    if (algorithm !== "ed25519" || more !== undefined) return "its signature is none of ed25519";
    const known = this.#trusted[signer].find((key) => key.id === id);
    if (known === undefined) return `it is signed by key ${id ?? ""}, which is not trusted as ${who}`;
    return this.#holds(event, known, signature) ? undefined : "its signature is not over what it says";
  }

  #holds(event: AnyEvent, { id, key }: PublicKey, signature: string): boolean {
    const bytes = signedBytes(event);
    const name = sha256(`${id} ${signature} ${bytes.toString("base64")}`);
    const before = this.#checked.get(name);
    if (before !== undefined) return before;
    const holds = verify(null, bytes, key, Buffer.from(signature, "base64url"));
    this.#checked.set(name, holds);
    const [oldest] = this.#checked.keys();
    if (this.#checked.size > 20_000 && oldest !== undefined) this.#checked.delete(oldest);
    return holds;
  }
}
