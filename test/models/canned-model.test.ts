import { describe, expect, it } from "vitest";
import { AIMessage } from "@langchain/core/messages";
import { CannedModel, cannedModels } from "../../src/models/canned-model.ts";

const tool = { type: "function", function: { name: "look", parameters: {} } };

describe("a canned model", () => {
  it("says its script in order, with ids that are the same every time", async () => {
    const say = async () => {
      const model = new CannedModel({
        role: "r",
        script: [{ calls: [{ tool: "look", arguments: { a: 1 } }] }, { text: "done" }],
      });
      const replies = [await model.bindTools([tool]).invoke("go"), await model.invoke("go on")];
      model.assertDone();
      return replies.map((reply) => [reply.text, reply.tool_calls]);
    };
    expect(await say()).toEqual([
      ["", [{ id: "r-1-0", name: "look", args: { a: 1 }, type: "tool_call" }]],
      ["done", []],
    ]);
    expect(await say()).toEqual(await say());
  });

  it("throws when it is asked for more than its script", async () => {
    const model = new CannedModel({ role: "r", script: [{ text: "one" }] });
    await model.invoke("go");
    await expect(model.invoke("go")).rejects.toMatchObject({ code: "canned_unexpected" });
  });

  it("throws when part of its script was not asked for", async () => {
    const models = cannedModels({ r: [{ text: "one" }, { text: "two" }], s: [] });
    await models.of("r").invoke("go");
    expect(() => {
      models.assertDone();
    }).toThrow(expect.objectContaining({ code: "canned_unconsumed" }));
  });

  it("gives no model to a role without a script", () => {
    const models = cannedModels({ r: [] });
    expect(models.modelOf({ name: "q", rules: undefined })).toBeUndefined();
    expect(() => models.of("q")).toThrow(/no canned script for q/);
  });

  it("throws what it was told to throw", async () => {
    const model = new CannedModel({ role: "r", script: [{ throws: new RangeError("no") }] });
    await expect(model.invoke("go")).rejects.toThrow(RangeError);
  });

  it("keeps what it was asked: messages, tools and the forced choice", async () => {
    const model = new CannedModel({ role: "r", script: ({ tools }) => ({ text: tools.join() }) });
    const reply = await model.bindTools([tool], { tool_choice: "look" }).invoke([new AIMessage("before")]);
    expect(reply.text).toBe("look");
    expect(model.turns).toMatchObject([{ tools: ["look"], choice: "look", casefile: undefined, steps: [] }]);
  });
});
