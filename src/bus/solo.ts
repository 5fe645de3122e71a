/**
 * Who may run beside whom, in one process. An entry that may have killed its worker before is run with nothing
 * beside it, so that what it takes down is itself alone and no innocent neighbour's deliveries are counted up with
 * its own (lesson 34). One gate a bus: a poison entry of one group kills the handlers of all.
 */
export type Leave = () => void;

export class Solo {
  #inside = 0;
  #alone = false;
  #waitingAlone = 0;
  #waiters = new Set<() => void>();

  /** Enters beside others; waits while somebody is, or waits to be, alone. undefined: the signal aborted. */
  async beside(signal: AbortSignal): Promise<Leave | undefined> {
    while (this.#alone || this.#waitingAlone > 0) {
      if (signal.aborted) return undefined;
      await this.#change(signal);
    }
    return this.besideMe();
  }

  /** As `beside`, at once: for one who is inside already. */
  besideMe(): Leave {
    this.#inside += 1;
    return this.#leaveOnce(() => {
      this.#inside -= 1;
    });
  }

  /** Waits until everybody has left; nobody enters until it leaves. undefined: the signal aborted. */
  async alone(signal: AbortSignal): Promise<Leave | undefined> {
    this.#waitingAlone += 1;
    while ((this.#alone || this.#inside > 0) && !signal.aborted) await this.#change(signal);
    this.#waitingAlone -= 1;
    if (signal.aborted) {
      this.#wake();
      return undefined;
    }
    this.#alone = true;
    return this.#leaveOnce(() => {
      this.#alone = false;
    });
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  #wake(): void {
    if (this.#waiters.size === 0) return;
    for (const wake of [...this.#waiters]) wake();
  }

  #leaveOnce(leave: () => void): Leave {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
      this.#wake();
    };
  }
}
