import { once } from "node:events";
import { createServer } from "node:http";
import { expect, it } from "vitest";
import { z } from "zod";
import { serverFacts } from "../../vendors/openai-probe.ts";

it("reads no more of an endless answer than a list of models can be", async () => {
  const closed = Promise.withResolvers<undefined>();
  const server = createServer((_, response) => {
    const chunk = Buffer.alloc(1_000_000, "x");
    const more = (): void => {
      while (response.write(chunk));
    };
    response.on("drain", more).on("close", () => {
      closed.resolve(undefined);
    });
    more();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  await expect(serverFacts({ baseUrl, model: "m", apiKey: undefined })).rejects.toMatchObject({
    code: "model_server_odd",
    message: `${baseUrl}/models: expected at most 8000000 bytes of an answer`,
  });
  await closed.promise;
  server.close();
});
