/**
 * The hash chain over one partition: each entry's hash covers its position, the digest of its stored text and the hash
 * before it, so that one hash vouches for everything up to it. By the digest, so that a text can be erased and the chain
 * still be computed from the first entry to the last.
 */
import { sha256 } from "../../events/canonical.ts";
import { HatrackError } from "../../errors.ts";
import type { Position } from "../bus.ts";

/** A place in the chain. */
export interface Head {
  readonly position: Position;
  /** SHA-256, hex. */
  readonly hash: string;
  /** Entries up to here, this one included. */
  readonly count: number;
}

/** What the log of a partition begins with. */
export const genesis: Head = { position: "0-0", hash: sha256("hatrack log"), count: 0 };

export interface Link {
  readonly position: Position;
  /** The payload as stored. */
  readonly text: string;
}

/** All that is left of a text that was erased. */
export interface ErasedLink {
  readonly position: Position;
  /** SHA-256 of the text, hex. */
  readonly digest: string;
}

export function linked(head: Head, link: Link | ErasedLink): Head {
  const { position } = link;
  return { position, hash: sha256(`${head.hash}\n${position}\n${digestOf(link)}`), count: head.count + 1 };
}

export function digestOf(link: Link | ErasedLink): string {
  return "text" in link ? sha256(link.text) : link.digest;
}

/** A head that somebody outside the log has kept: a message in Slack, a note, another system. */
export interface Anchor {
  readonly partition: number;
  readonly position: Position;
  readonly hash: string;
}

const form = /^(\d{1,2})\/(\d{1,15}-\d{1,20})\/([0-9a-f]{64})$/;

export function anchorText({ partition, position, hash }: Anchor): string {
  return `${partition}/${position}/${hash}`;
}

/** @throws HatrackError `usage` */
export function readAnchor(text: string): Anchor {
  const [, partition, position, hash] = form.exec(text.trim()) ?? [];
  if (partition !== undefined && position !== undefined && hash !== undefined)
    return { partition: Number(partition), position, hash };
  throw new HatrackError(
    "usage",
    `anchor "${text}": expected PARTITION/POSITION/SHA-256, as "audit head" prints it`,
  );
}
