/**
 * What the gate remembers of one proposal: the fold of its own outputs, kept by the bus beside the group and
 * compared in each commit. It is JSON, and a refold of the log gives the same bytes.
 *
 *   pending → authorised | rejected | expired | cancelled | superseded
 *   authorised → executed | abandoned | lapsed | revoked; executed → rolled_back
 */
import { z } from "zod";
import { Ask, Bar } from "../events/gate-events.ts";
import { Digest, IsoTime, Principal } from "../events/vocabulary.ts";

/** The CloudEvents source of everything the gate says. */
export const gateSource = "/roles/human-gate";

const HandoffStatus = z.enum([
  "pending",
  "authorised",
  "rejected",
  "expired",
  "cancelled",
  "superseded",
  "executed",
  "abandoned",
  "lapsed",
  "revoked",
  "rolled_back",
]);
export type HandoffStatus = z.infer<typeof HandoffStatus>;

/** Decisions that have been answered: one that is on the log twice counts once. The last 500. */
const Heard = z.array(z.string()).default([]);

/** How it stopped being open to answers: by whom (nobody, when time did it), when and why. */
const Settled = z.strictObject({ by: z.array(Principal), at: IsoTime, why: z.string() });

/** A proposal somebody is, or was, asked about. */
const Handoff = z.strictObject({
  phase: z.literal("asked"),
  proposalId: z.string(),
  caseId: z.string(),
  status: HandoffStatus,
  ask: Ask,
  bar: Bar,
  digest: Digest,
  code: z.string(),
  /** Tier that is being asked, from 0. */
  tier: z.int().min(0),
  /** The id of the event this tier's card shows: only that card's posting starts the tier's clock. */
  askedBy: z.string(),
  /** When this tier was asked, and when anybody was first asked: event time. */
  askedAt: IsoTime,
  firstAskedAt: IsoTime,
  opened: z.strictObject({ postedAt: IsoTime, expiresAt: IsoTime }).optional(),
  /** Share of this tier's time at the last reminder; 0: none yet. */
  reminded: z.number().min(0).max(1),
  snoozedUntil: IsoTime.optional(),
  /** The alarm that nobody has posted this tier's card has been raised. */
  unpostedSaid: z.boolean(),
  /** Who was in the group when the card was posted (`accountKey`); left out: it could not be asked then. */
  known: z.array(z.string()).optional(),
  /** A question that has not been answered yet. */
  question: z.strictObject({ requestId: z.string(), askedAt: IsoTime, clockStopped: z.boolean() }).optional(),
  /** Questions there have been, the last 50: a person may answer each. */
  questions: z.array(z.string()),
  /** How often people have handed it to another role. */
  handedOn: z.int().min(0),
  /** Who approved this digest. Each counts only while the directory still lists them. */
  approvals: z.array(Principal),
  /** Humans (`personKey`) who changed what is asked; where two are needed they do not count. */
  editors: z.array(Digest),
  assignee: Principal.optional(),
  carryOutBy: IsoTime.optional(),
  /** Share of the time to carry it out at the last nagging; 0: none yet. */
  nagged: z.number().min(0).max(1),
  heard: Heard,
  /** Uses of cards' references that have served: each once, by each person for each thing. The last 500. */
  used: z.array(z.string()),
  /** The last step of the status: the decision, then what came of it. */
  settled: Settled.optional(),
});
export type Handoff = z.infer<typeof Handoff>;

/** A proposal no rule covers: cancelled without anybody having been asked. */
const Unasked = z.strictObject({
  phase: z.literal("unasked"),
  proposalId: z.string(),
  caseId: z.string(),
  settled: Settled,
  heard: Heard,
});

/** A proposed tuning that somebody has answered. */
const Tuned = z.strictObject({
  phase: z.literal("tuned"),
  outcome: z.enum(["accepted", "declined"]),
  settled: Settled,
  heard: Heard,
});

/** Nothing was ever proposed under this key; something may have been said of a case, a rule or a role, or refused. */
const Nothing = z.strictObject({ phase: z.literal("none"), heard: Heard });

export const GateState = z.discriminatedUnion("phase", [Handoff, Unasked, Tuned, Nothing]);
export type GateState = z.infer<typeof GateState>;
