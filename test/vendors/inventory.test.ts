import { describe, expect, it } from "vitest";
import { HatrackError } from "../../src/errors.ts";
import { parseInventory } from "../../vendors/inventory.ts";
import { fixtureJson } from "../fixtures/read.ts";

const inventory = parseInventory(fixtureJson("inventory.json"));
const classOf = (type: string, value: string) => inventory.classOf({ type, value });

describe("the inventory", () => {
  it("gives the gate a class for each target it lists, and unknown for all else", () => {
    expect(classOf("host", "FIN-WS-042")).toBe("workstation");
    expect(classOf("host", "fin-ws-042 ")).toBe("workstation");
    expect(classOf("host", "NW-DC-01")).toBe("domain_controller");
    expect(classOf("host", "EXEC-LT-01")).toBe("vip_workstation");
    expect(classOf("host", "NW-PRN-07")).toBe("unknown");
    expect(classOf("user", "j.doe")).toBe("user");
    expect(classOf("user", "nobody")).toBe("unknown");
    expect(classOf("indicator", "FIN-WS-042")).toBe("unknown");
  });

  it("calls a VIP a VIP before anything else, and a privileged account privileged", () => {
    const user = { title: "t", department: "d", notes: "" };
    const people = parseInventory({
      ...{ company: "c", hosts: [], sanctioned: [] },
      users: [
        { ...user, name: "both", privileged: true, vip: true },
        { ...user, name: "admin", privileged: true, vip: false },
      ],
    });
    expect(people.classOf({ type: "user", value: "both" })).toBe("vip_user");
    expect(people.classOf({ type: "user", value: "ADMIN" })).toBe("privileged_user");
  });

  it("is not taken in by a name that begins or ends like a listed one", () => {
    for (const name of [
      "FIN-WS-042.evil.example",
      "FIN-WS-0421",
      "x\\FIN-WS-042",
      "FIN-WS-042\u200b",
      "constructor",
    ])
      expect([name, classOf("host", name)]).toEqual([name, "unknown"]);
  });

  it("calls an activity sanctioned only where host, user and time all hold", () => {
    const inside = { host: "PT-LT-01", user: "ext.pentest1", time: "2026-11-16T15:12:26Z" };
    const holds = (asked: typeof inside) =>
      inventory.activities(asked).filter((each) => each.coversHost && each.coversUser && each.coversTime)
        .length;
    expect(holds(inside)).toBe(1);
    expect(holds({ ...inside, time: "2026-11-21T22:47:13Z" })).toBe(0);
    expect(holds({ ...inside, user: "j.doe" })).toBe(0);
    expect(holds({ ...inside, host: "FIN-WS-042" })).toBe(0);
    expect(holds({ ...inside, time: "2026-11-16T09:00:00Z" })).toBe(1);
    expect(holds({ ...inside, time: "2026-11-16T10:00:00+01:00" })).toBe(1);
  });

  it.each([
    [{}, /company/],
    [{ company: "c", hosts: [{ hostname: "A" }], users: [], sanctioned: [] }, /hosts\.0\.class/],
    [
      {
        ...{ company: "c", hosts: [], users: [] },
        sanctioned: [
          {
            what: "w",
            who: ["u"],
            hosts: ["h"],
            from: "2026-01-02T00:00:00Z",
            to: "2026-01-01T00:00:00Z",
            ticket: "T",
          },
        ],
      },
      /sanctioned\.0\.to: expected a time after/,
    ],
  ])("is refused with the file, the path and the reason: %j", (input, message) => {
    expect(() => parseInventory(input, "people.json")).toThrow(HatrackError);
    expect(() => parseInventory(input, "people.json")).toThrow(message);
    expect(() => parseInventory(input, "people.json")).toThrow("people.json");
  });

  it("is refused when a name stands in it twice, in any case", () => {
    const host = { class: "server", owner: "o", department: "", criticality: "low", os: "", notes: "" };
    const hosts = [
      { ...host, hostname: "A" },
      { ...host, hostname: "a" },
    ];
    expect(() => parseInventory({ company: "c", hosts, users: [], sanctioned: [] })).toThrow(
      /"a" is listed twice/,
    );
  });
});
