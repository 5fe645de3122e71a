/** What work costs this process, in milliseconds of the processor: the same beside a busy neighbour. */
export function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1000;
}
