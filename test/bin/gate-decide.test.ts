import { describe, expect, it } from "vitest";
import { main } from "../../bin/main.ts";

describe("hatrack gate decide", () => {
  it("refuses a code with a case: it is one request's, and would confirm nothing", async () => {
    const err: string[] = [];
    const said = ["--authorise", "--code", "4F-K2"];
    const code = await main(["gate", "decide", "CASE-7K3F9QWM2T", "--as", "T0HOME/Mia", ...said], {
      env: {},
      print: () => expect.unreachable(),
      complain: (line) => err.push(line),
    });
    expect(code).toBe(2);
    expect(err.join("\n")).toContain("--code 4F-K2: expected with one request; CASE-7K3F9QWM2T is a case");
  });
});
