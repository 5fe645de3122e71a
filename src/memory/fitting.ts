/** How many of a list's first items an event has room for: what is left out is counted, never silently gone. */
export function fitting<T>(
  items: readonly T[],
  room: { readonly bytes: number; readonly items: number },
): { kept: T[]; omitted?: number } {
  const kept: T[] = [];
  let bytes = 2;
  for (const item of items.slice(0, room.items)) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > room.bytes) break;
    kept.push(item);
  }
  const omitted = items.length - kept.length;
  return omitted === 0 ? { kept } : { kept, omitted };
}
