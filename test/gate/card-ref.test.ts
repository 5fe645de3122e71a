import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cardKey, makeCardRef, openCardRef, useOf, type CardSubject } from "../../src/gate/card-ref.ts";
import { caseId, minutes, start, user } from "./given.ts";
import { freshKeys } from "./signing.ts";

const { frontEnd } = freshKeys();
const key = cardKey(frontEnd);
const subject: CardSubject = {
  caseId,
  proposalId: "3f1c5a90b7e2447d8a6c0d9e1b2f3a4c",
  eventId: "e".repeat(32),
  round: 0,
};
const expiresAt = minutes(30);

describe("a card's reference", () => {
  it("leads back to the card it was made for, until it expires", () => {
    const ref = makeCardRef(key, subject, expiresAt);
    expect(openCardRef(key, ref, expiresAt - 1)).toEqual({ subject });
    expect(openCardRef(key, ref, expiresAt)).toEqual({ refused: "expired" });
  });

  it("says nothing of what it hides, fits a button, and is the same when the card is drawn again", () => {
    const ref = makeCardRef(key, subject, expiresAt);
    expect(Buffer.from(ref, "base64url").toString("latin1")).not.toContain("CASE");
    expect(ref.length).toBeLessThan(300);
    expect(makeCardRef(cardKey(frontEnd), subject, expiresAt)).toBe(ref);
    expect(makeCardRef(key, { ...subject, eventId: "f".repeat(32) }, expiresAt)).not.toBe(ref);
    expect(makeCardRef(key, { ...subject, round: 1 }, expiresAt)).not.toBe(ref);
  });

  it("that was changed anywhere, or made by anybody else, is not ours", () => {
    const ref = makeCardRef(key, subject, expiresAt);
    const bytes = Buffer.from(ref, "base64url");
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(openCardRef(key, changed.toString("base64url"), start)).toEqual({ refused: "not_ours" });
      }),
    );
    const other = cardKey(freshKeys().frontEnd);
    expect(openCardRef(other, ref, start)).toEqual({ refused: "not_ours" });
  });

  it("that is anything at all is not ours", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        expect(openCardRef(key, text, start)).toEqual({ refused: "not_ours" });
      }),
    );
  });

  it("has a use for each person and each act, the same each time", () => {
    const ref = makeCardRef(key, subject, expiresAt);
    expect(useOf(ref, user("Mia"), "authorise")).toBe(useOf(ref, user("Mia"), "authorise"));
    const others = [useOf(ref, user("Priya"), "authorise"), useOf(ref, user("Mia"), "reject")];
    expect(others).not.toContain(useOf(ref, user("Mia"), "authorise"));
  });
});
