/**
 * The keys of one partition. All carry the partition's hash tag, so that on Cluster one script can touch them:
 *
 *   {soc:0}:log            stream: the log itself, fields `type` and `event` (the stored text)
 *   {soc:0}:groups         hash: every group ever created → where it started
 *   {soc:0}:types          hash: group → the event types its workers take, JSON
 *   {soc:0}:id:ID          string: position of a published event, remembered for `idSeconds`
 *   {soc:0}:subject:NAME   list: the positions of one subject, in log order
 *   {soc:0}:state:GROUP    hash: state key → folded state, JSON
 *   {soc:0}:dead:GROUP     hash: position → dead letter, JSON
 *   {soc:0}:archive        hash: the archive's head, its file, up to where the log was trimmed
 *   {soc:0}:retired        hash: detached group → what it was last given
 *   {soc:0}:confirm        string: written so that replicas have something to confirm; expires
 *   {soc:0}:lease:NAME     string, of partition 0 only: who does what only one process does; expires
 *   {soc:0}:layout         hash, of partition 0 only: `partitions`, how many the log was created with
 */
import { createHash } from "node:crypto";

export interface RedisKeys {
  readonly log: string;
  readonly groups: string;
  readonly types: string;
  readonly archive: string;
  readonly retired: string;
  readonly confirm: string;
  readonly layout: string;
  id(id: string): string;
  subject(subject: string): string;
  state(group: string): string;
  lease(name: string): string;
  dead(group: string): string;
  /** A log of its own for the self-test of `open`. */
  scratch(name: string): RedisKeys;
}

export function redisKeys(prefix: string, partition: number): RedisKeys {
  return keysUnder(`{${prefix}:${partition}}`);
}

function keysUnder(tag: string): RedisKeys {
  return {
    log: `${tag}:log`,
    groups: `${tag}:groups`,
    types: `${tag}:types`,
    archive: `${tag}:archive`,
    retired: `${tag}:retired`,
    confirm: `${tag}:confirm`,
    layout: `${tag}:layout`,
    id: (id) => `${tag}:id:${id}`,
    subject: (subject) => `${tag}:subject:${subject}`,
    lease: (name) => `${tag}:lease:${name}`,
    state: (group) => `${tag}:state:${group}`,
    dead: (group) => `${tag}:dead:${group}`,
    scratch: (name) => keysUnder(`${tag}:scratch:${name}`),
  };
}

/** The partition whose log a root event of this subject enters; what a handler says stays with its cause. */
export function partitionOf(subject: string, partitions: number): number {
  return partitions === 1 ? 0 : createHash("sha256").update(subject).digest().readUInt32BE(0) % partitions;
}
