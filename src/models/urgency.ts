/**
 * How urgent the work is that asks a model, carried beside the call: LangChain passes a model no priority of ours.
 * 1 to 10 as an alert's priority; more when a person waits for it.
 */
import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<number>();

/** Of what says nothing: words for a report, an explanation. */
const ordinary = 5;

/** An approval is open and waits for this. */
export const approvalWaits = 100;

export function withUrgency<T>(urgency: number, work: () => T): T {
  return current.run(urgency, work);
}

export function urgency(): number {
  return current.getStore() ?? ordinary;
}
