import { describe, expect, it } from "vitest";
import { readTickets, ticketsOf, type TicketFile, type TicketLine } from "../../src/replay/ticket.ts";

const good = {
  id: "T-1",
  createdAt: "2026-03-02T08:00:00Z",
  closedAt: "2026-03-02T10:00:00Z",
  alert: { source: "crowdstrike", raw: { composite_id: "c:ind:1" } },
  human: { escalated: true, verdict: "true_positive", closeNotes: "isolated" },
};

function lines(...texts: readonly unknown[]): TicketLine[] {
  return texts.map((text, i) => ({
    number: i + 1,
    text: typeof text === "string" ? text : JSON.stringify(text),
  }));
}

const problemsOf = ({ problems }: TicketFile): string[] =>
  problems.map(({ line, code, kept }) => `${line} ${code}${kept ? " kept" : ""}`);

describe("a ticket file", () => {
  it("gives each ticket, in the file's order", async () => {
    const file = await readTickets(lines(good, "", { ...good, id: "T-2" }));
    expect(file.tickets).toEqual([good, { ...good, id: "T-2" }]);
    expect(file.problems).toEqual([]);
    expect(file.lines).toBe(2);
  });

  it("says per line what is wrong and what was expected, and goes on", async () => {
    const { human: _, ...unlabelled } = good;
    const { closedAt: __, ...open } = good;
    const file = await readTickets(
      lines(
        '{"id": "T-0", ',
        { ...good, createdAt: "yesterday" },
        good,
        { ...good, closedAt: "2026-03-02T07:59:59Z", id: "T-4" },
        { ...good },
        { ...unlabelled, id: "T-6" },
        { ...open, id: "T-7" },
        { ...good, id: "T-8", createdAt: "2026-03-01T08:00:00Z" },
        "null",
        "[]",
        { ...good, id: "T-11", human: { escalated: "yes" } },
      ),
    );
    expect(file.tickets.map(({ id }) => id)).toEqual(["T-1", "T-6", "T-7", "T-8"]);
    expect(problemsOf(file)).toEqual([
      "1 broken_json",
      "2 wrong_shape",
      "4 wrong_shape",
      "5 duplicate_id",
      "6 no_label kept",
      "7 no_closing_time kept",
      "8 out_of_order kept",
      "9 wrong_shape",
      "10 wrong_shape",
      "11 wrong_shape",
    ]);
    const said = new Map(file.problems.map(({ line, message }) => [line, message]));
    expect(said.get(4)).toBe(
      "closedAt: expected a time at or after createdAt 2026-03-02T08:00:00Z, got 2026-03-02T07:59:59Z",
    );
    expect(said.get(5)).toBe('id: expected each id once, "T-1" stands on line 3 already');
    expect(said.get(8)).toContain("2026-03-02T08:00:00Z of line 7");
    expect(said.get(11)).toContain("human.escalated");
  });

  it("compares times as times, whatever their offset", async () => {
    const file = await readTickets(
      lines({ ...good, createdAt: "2026-03-02T10:00:00+02:00", closedAt: "2026-03-02T08:00:00Z" }),
    );
    expect(file.tickets).toHaveLength(1);
  });

  it("leaves out a line that is too long", async () => {
    const file = await readTickets([{ number: 1, text: '{"id', tooLong: true }, ...lines("", good)]);
    expect(problemsOf(file)).toEqual(["1 too_long"]);
    expect(file.tickets).toHaveLength(1);
  });

  it("reads no further than the limit, and hashes no more than it read", async () => {
    const all = lines(good, "broken", { ...good, id: "T-3" }, { ...good, id: "T-4" });
    const some = await readTickets(all, { limit: 2 });
    expect(some.tickets.map(({ id }) => id)).toEqual(["T-1", "T-3"]);
    expect(some.lines).toBe(3);
    expect(some.dataHash).toBe((await readTickets(all.slice(0, 3))).dataHash);
    expect(some.dataHash).not.toBe((await readTickets(all)).dataHash);
  });

  it("may be empty", async () => {
    expect(await readTickets([])).toMatchObject({ tickets: [], problems: [], lines: 0 });
  });

  it("hands on each ticket before what is to be said about it", async () => {
    const { human: _, ...unlabelled } = good;
    const items: string[] = [];
    for await (const item of ticketsOf(lines(unlabelled))) {
      items.push("ticket" in item ? "ticket" : item.problem.code);
    }
    expect(items).toEqual(["ticket", "no_label"]);
  });
});
