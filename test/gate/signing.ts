/** Keys of a test's own. */
import { generateKeyPairSync } from "node:crypto";
import { publicKey, signingKey, type Keyring } from "../../src/gate/keys.ts";

/** A gate and a front end that trust each other. */
export function freshKeys(): Required<Keyring> {
  const [gate, frontEnd] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
  return {
    gate: signingKey(gate.privateKey),
    frontEnd: signingKey(frontEnd.privateKey),
    trusted: { gate: [publicKey(gate.publicKey)], frontEnd: [publicKey(frontEnd.publicKey)] },
  };
}
