import { describe, expect, it } from "vitest";
import { Arrivals, keyOf } from "../../slack/arrivals.ts";
import { silent } from "../../src/diagnostics.ts";

const press = {
  type: "block_actions",
  api_app_id: "A0HATRACK",
  user: { id: "U0MIA", team_id: "T0NORTHWIND" },
  container: { message_ts: "1.1" },
  actions: [{ action_id: "gate.assign", action_ts: "2.2" }],
};
const form = (typed: string): object => ({
  type: "view_submission",
  api_app_id: "A0HATRACK",
  view: { id: "V1", hash: "h", state: { values: { reason: { reason: { value: typed } } } } },
});

/** One delivery after another of what Slack sends; what each was answered. */
function hearing() {
  const arrivals = new Arrivals(silent);
  const answers: unknown[] = [];
  const deliver = (
    body: object,
    handle: (ack: (answer?: unknown) => Promise<void>) => Promise<void>,
    customProperties = {},
  ): Promise<void> => {
    const ack = (answer?: unknown): Promise<void> => {
      answers.push(answer ?? "nothing");
      return Promise.resolve();
    };
    return arrivals.once({ body: { ...body }, customProperties, ack }, (event) => handle(event.ack));
  };
  return { deliver, answers };
}

describe("what Slack sends twice", () => {
  it("is handled once, and both are answered", async () => {
    const { deliver, answers } = hearing();
    let handled = 0;
    for (const _ of ["once", "again"]) {
      await deliver(press, async (ack) => {
        handled += 1;
        await ack("done");
      });
    }
    expect(handled).toBe(1);
    expect(answers).toEqual(["done", "done"]);
  });

  it("while the first is at work waits for the first's answer", async () => {
    const { deliver, answers } = hearing();
    const work = Promise.withResolvers<undefined>();
    const first = deliver(press, async (ack) => {
      await work.promise;
      await ack("done");
    });
    const second = deliver(press, () => Promise.reject(new Error("handled twice")));
    expect(answers).toEqual([]);
    work.resolve(undefined);
    await Promise.all([first, second]);
    expect(answers).toEqual(["done", "done"]);
  });

  it("is tried again when the first failed before it was answered", async () => {
    const { deliver, answers } = hearing();
    const broken = deliver(press, () => Promise.reject(new Error("the log is away")));
    const next = deliver(press, (ack) => ack("done"));
    await expect(broken).rejects.toThrow("the log is away");
    await next;
    expect(answers).toEqual(["done"]);
  });

  it("as a form that was sent back with its faults is taken again as it is, and again when corrected", async () => {
    const { deliver, answers } = hearing();
    const faults = { response_action: "errors", errors: { reason: "Not recorded." } };
    await deliver(form("x"), (ack) => ack(faults));
    await deliver(form("x"), (ack) => ack(faults));
    await deliver(form("corrected"), (ack) => ack());
    expect(answers).toEqual([faults, faults, "nothing"]);
  });

  it("is done though its connection went away before the answer", async () => {
    const arrivals = new Arrivals(silent);
    const did: string[] = [];
    const ack = (): Promise<void> => Promise.reject(new Error("the socket is closed"));
    const handle = async ({ ack: answer }: { ack: () => Promise<void> }): Promise<void> => {
      await answer();
      did.push("opened the form");
    };
    for (const _ of ["once", "again"]) await arrivals.once({ body: { ...press }, ack }, handle);
    expect(did).toEqual(["opened the form"]);
  });

  it("under one signature is the same request, whatever it is", async () => {
    const { deliver, answers } = hearing();
    await deliver({ type: "unheard_of" }, (ack) => ack("first"), { signature: "v0=a" });
    await deliver({ type: "unheard_of" }, (ack) => ack("replayed"), { signature: "v0=a" });
    await deliver({ type: "unheard_of" }, (ack) => ack("another"), { signature: "v0=b" });
    expect(answers).toEqual(["first", "first", "another"]);
  });
});

describe("two arrivals", () => {
  const command = { command: "/soc", api_app_id: "A0HATRACK", trigger_id: "1.2.3" };
  const event = { type: "event_callback", team_id: "T1", event_id: "Ev1" };
  it.each([
    ["the person", press, { ...press, user: { id: "U0PRIYA", team_id: "T0NORTHWIND" } }],
    ["the person's team", press, { ...press, user: { id: "U0MIA", team_id: "T0OTHER" } }],
    ["the message", press, { ...press, container: { message_ts: "1.2" } }],
    ["the moment", press, { ...press, actions: [{ action_id: "gate.assign", action_ts: "2.3" }] }],
    ["the button", press, { ...press, actions: [{ action_id: "gate.mark_done", action_ts: "2.2" }] }],
    ["the app", press, { ...press, api_app_id: "A0OTHER" }],
    ["what was typed", form("x"), form("y")],
    ["the trigger", command, { ...command, trigger_id: "1.2.4" }],
    ["the event", event, { ...event, event_id: "Ev2" }],
  ])("differ by %s", (_, one, other) => {
    expect(keyOf(one)).toBeDefined();
    expect(keyOf(one)).toBe(keyOf(structuredClone(one)));
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it("of nothing known are never the same", () => {
    expect(keyOf({ type: "shortcut" })).toBeUndefined();
    expect(keyOf("nonsense")).toBeUndefined();
  });
});
