import { mkdtemp, readdir, readFile, rm, stat, chmod, writeFile, cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { catalogue } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { eventText, makeEvent, parseEventText } from "../../src/events/parse.ts";
import { demandKeys, makeKeys, readKeys } from "../../src/gate/key-files.ts";
import { signedTypes, signerOf, Verifier } from "../../src/gate/keys.ts";
import { caseId } from "./given.ts";
import { freshKeys } from "./signing.ts";

const revoked = (why = "wrong"): KnownEvent<"action.revoked"> =>
  makeEvent({
    ...{ id: "e1", source: "/roles/human-gate", type: "action.revoked", subject: caseId },
    ...{ time: "2026-03-02T10:00:00.000Z", data: { proposalId: "p1", why } },
  });

describe("a signature", () => {
  const keys = freshKeys();
  const verifier = new Verifier(keys.trusted);

  it("holds for what was signed, also when it was stored and read back", () => {
    const signed = keys.gate.sign(revoked());
    expect(verifier.whyNot(signed)).toBeUndefined();
    expect(verifier.whyNot(parseEventText(eventText(signed), "log"))).toBeUndefined();
    expect(keys.gate.sign(revoked())).toEqual(signed);
  });

  it("covers every part of the event", () => {
    const signed = keys.gate.sign(revoked());
    for (const change of [
      ...[{ id: "e2" }, { subject: "CASE-0000000000" }, { source: "/roles/x" }, { causationid: "other" }],
      ...[{ time: "2026-03-02T10:00:00.001Z" }, { traceparent: "x" }, { schemaversion: 7 }],
      { data: { ...signed.data, why: "right" } },
    ]) {
      expect(verifier.whyNot({ ...signed, ...change })).toBe("its signature is not over what it says");
    }
  });

  it("is of the one who must have said it, and of nobody else", () => {
    expect(verifier.whyNot(revoked())).toContain("not signed");
    expect(verifier.whyNot(keys.frontEnd.sign(revoked()))).toContain("not trusted as the gate");
    expect(verifier.whyNot(freshKeys().gate.sign(revoked()))).toContain("not trusted as the gate");
  });

  it("that is none is no signature, whatever it looks like", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 256 }), (signature) => {
        expect(verifier.whyNot({ ...revoked(), signature })).toBeDefined();
        const id = keys.gate.id;
        expect(verifier.whyNot({ ...revoked(), signature: `ed25519:${id}:${signature}` })).toBeDefined();
      }),
    );
  });

  it("is asked of all that the gate alone or a front end alone may say, and of nothing else", () => {
    for (const type of signedTypes) {
      const [speaker] = catalogue[type].saidBy;
      expect(signerOf(type) === "gate" ? ["gate"] : ["frontend", "slack"]).toContain(speaker);
    }
    expect(signedTypes).toEqual(expect.arrayContaining(["decision.submitted", "message.posted"]));
    expect(signedTypes).toContain("action.decided");
    expect(signedTypes).not.toContain("action.proposed");
  });
});

describe("keys as files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hatrack-keys-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("lie in a folder of their owner's alone", async () => {
    await makeKeys(join(folder, "keys"));
    expect((await stat(join(folder, "keys"))).mode & 0o777).toBe(0o700);
  });

  it("are made once, whole, for their owner alone, however many start at once", async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => makeKeys(join(folder, "keys"))));
    expect(new Set(made.map((keys) => `${keys.gate?.id ?? ""} ${keys.frontEnd?.id ?? ""}`)).size).toBe(1);
    expect((await readdir(join(folder, "keys"))).sort()).toEqual([
      ...["front-end.key", "front-end.pub", "gate.key", "gate.pub"],
    ]);
    for (const name of ["gate.key", "front-end.key"]) {
      expect((await stat(join(folder, "keys", name))).mode & 0o777).toBe(0o600);
    }
  });

  it("let a process that holds only the public half believe, and not sign", async () => {
    const { gate } = await makeKeys(join(folder, "keys"));
    await cp(join(folder, "keys/gate.pub"), join(folder, "reader/gate.pub"), { recursive: true });
    const reader = await readKeys(join(folder, "reader"));
    expect(reader.gate).toBeUndefined();
    expect(reader.trusted.gate.map(({ id }) => id)).toEqual([gate?.id]);
    expect(demandKeys(reader, folder, "reader")).toBe(reader);
  });

  it("trust a second front end by its public half", async () => {
    const own = await makeKeys(join(folder, "a"));
    const other = await makeKeys(join(folder, "b"));
    await cp(join(folder, "b/front-end.pub"), join(folder, "a/front-end-b.pub"));
    const { trusted } = await readKeys(join(folder, "a"));
    expect(trusted.frontEnd.map(({ id }) => id).sort()).toEqual(
      [own.frontEnd?.id, other.frontEnd?.id].sort(),
    );
  });

  it("are closed when others could read them", async () => {
    await makeKeys(folder);
    await chmod(join(folder, "gate.key"), 0o644);
    await readKeys(folder);
    expect((await stat(join(folder, "gate.key"))).mode & 0o777).toBe(0o600);
  });

  it("that are missing or no Ed25519 keys are named with their file and how to make them", async () => {
    const none = await readKeys(join(folder, "nowhere"));
    expect(() => demandKeys(none, folder, "gate")).toThrow(
      /gate\.key and no front-end\.pub and no gate\.pub/,
    );
    expect(() => demandKeys(none, folder, "frontEnd")).toThrow(/openssl genpkey -algorithm ed25519/);
    await writeFile(join(folder, "gate.pub"), "not a key");
    await expect(readKeys(folder)).rejects.toMatchObject({ code: "key_invalid" });
    expect(await readFile(join(folder, "gate.pub"), "utf8")).toBe("not a key");
  });
});
