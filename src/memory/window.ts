/** RFC 3339 start (inclusive) and end (exclusive), as a schedule fires it. */
export interface Window {
  readonly start: string;
  readonly end: string;
}

/** Whether a time, in milliseconds since the epoch, lies in the window. */
export function within(window: Window, time: number): boolean {
  return time >= Date.parse(window.start) && time < Date.parse(window.end);
}
