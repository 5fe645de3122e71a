import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cap, defineTool, ToolError } from "../../src/agent/define-tool.ts";

const echo = (maxBytes?: number) =>
  defineTool({
    name: "echo",
    description: "Says it back.",
    input: z.object({ text: z.string(), times: z.int().min(1).default(1) }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    run: ({ text, times }) => Promise.resolve({ said: text.repeat(times) }),
  });

describe("a tool", () => {
  it("checks and completes its arguments, and answers in JSON", async () => {
    await expect(echo().invoke({ text: "hi" })).resolves.toBe('{"said":"hi"}');
  });

  it("refuses arguments that do not fit, with the path", async () => {
    await expect(echo().invoke({ text: "hi", times: 0 })).rejects.toThrow(/at times/);
  });

  it("cuts what is too large and says how much is missing", async () => {
    await expect(echo().invoke({ text: "x", times: 5300 })).resolves.toMatch(
      /^\{"said":"x{4087}… 1,215 more characters$/,
    );
    await expect(echo(20).invoke({ text: "x", times: 10 })).resolves.toBe(
      '{"said":"xxxxxxxxxx"}'.slice(0, 20) + "… 1 more characters",
    );
  });

  it("never cuts inside a character", () => {
    expect(cap("aé€😀b", 5)).toBe("aé… 4 more characters");
    expect(cap("aé€😀", 10)).toBe("aé€😀");
  });

  it("throws what its code threw: named errors by name", async () => {
    const tool = defineTool({
      name: "lost",
      description: "Finds nothing.",
      input: z.object({}),
      run: () => Promise.reject(new ToolError("not_found", "no such host")),
    });
    await expect(tool.invoke({})).rejects.toMatchObject({ name: "ToolError", code: "not_found" });
  });
});
