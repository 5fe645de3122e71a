/** Which case a piece of work belongs to, for what is shared by all of them: tools, the model, the leak check. */
import { AsyncLocalStorage } from "node:async_hooks";

export interface AtHand {
  readonly caseId: string;
  /** When the case's alert came in, milliseconds since the epoch: nothing later may be seen. */
  readonly arrivedAt: number;
  readonly role: string;
}

const storage = new AsyncLocalStorage<AtHand>();

export const workingOn = <R>(atHand: AtHand, work: () => R): R => storage.run(atHand, work);
export const atHand = (): AtHand | undefined => storage.getStore();
