import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { untilTerminated, type Lifetime } from "../../bin/lifetime.ts";
import { manualClock } from "../../src/clock.ts";
import { silent, type Diagnostics } from "../../src/diagnostics.ts";

class Mortal extends EventEmitter {
  readonly exits: number[] = [];

  exit(code: number): void {
    this.exits.push(code);
  }
}

let mortal: Mortal;
let life: Lifetime;
const clock = manualClock(1_000_000);
const lines: string[] = [];
const diagnostics: Diagnostics = {
  ...silent,
  info: (_, message) => lines.push(message),
  error: (_, message) => lines.push(message),
};

beforeEach(() => {
  lines.length = 0;
  mortal = new Mortal();
  life = untilTerminated(diagnostics, mortal, clock);
});
afterEach(() => {
  life.release();
});

describe("a process's life", () => {
  it.each(["SIGTERM", "SIGINT"])("drains on the first %s", async (name) => {
    expect(life.signal.aborted).toBe(false);
    mortal.emit(name, name);
    await life.ended;
    expect(life.signal.aborted).toBe(true);
    expect(mortal.exits).toEqual([]);
    expect(lines).toEqual([expect.stringContaining("finishing what is in hand")]);
  });

  it("ends at once when asked again", () => {
    mortal.emit("SIGINT", "SIGINT");
    clock.advance(501);
    mortal.emit("SIGINT", "SIGINT");
    expect(mortal.exits).toEqual([1]);
  });

  it("takes npm's echo of the same key press for the same", () => {
    mortal.emit("SIGINT", "SIGINT");
    clock.advance(30);
    mortal.emit("SIGINT", "SIGINT");
    expect(mortal.exits).toEqual([]);
  });

  it("ends with words when something failed that nobody waited for", async () => {
    mortal.emit("unhandledRejection", new Error("invalid_auth"));
    await expect(life.ended).rejects.toMatchObject({ code: "unhandled" });
    await expect(life.ended).rejects.toThrow(/invalid_auth; start it again/);
    expect(lines).toEqual(["something failed that nobody waited for: invalid_auth"]);
    expect(mortal.exits).toEqual([]);
  });

  it("gives the signals back", () => {
    life.release();
    expect(mortal.eventNames()).toEqual([]);
  });
});
