import { z } from "zod";

/** The body of a response as text; of one that is longer than this no more is read, and the error thrown. */
export async function limitedText(
  response: Response,
  maxBytes: number,
  tooLong: (expected: string) => Error,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    const bytes = z.instanceof(Uint8Array).parse(part);
    size += bytes.length;
    if (size > maxBytes) throw tooLong(`expected at most ${maxBytes} bytes`);
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString("utf8");
}
