/** Splits a byte stream into lines without ever holding more of one than a limit. */

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line end; its beginning only when it is too long. */
  readonly text: string;
  readonly tooLong: boolean;
}

/** @param maxBytes a longer line is handed on as its beginning, marked */
export async function* linesOf(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let number = 0;
  let held: Buffer[] = [];
  let size = 0;
  const take = (part: Buffer): void => {
    const room = maxBytes + 1 - Math.min(size, maxBytes + 1);
    if (room > 0) held.push(part.subarray(0, room));
    size += part.length;
  };
  const finish = (): Line => {
    const line = lineOf(++number, Buffer.concat(held), size > maxBytes);
    held = [];
    size = 0;
    return line;
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, at));
      yield finish();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  if (size > 0) yield finish();
}

function lineOf(number: number, bytes: Buffer, tooLong: boolean): Line {
  const text = bytes.toString("utf8").replace(/\r$/, "");
  return { number, text: number === 1 ? text.replace(/^\ufeff/, "") : text, tooLong };
}
