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
  #waiters: (() => void)[] = [];

  /** Enters beside others; waits while somebody is, or waits to be, alone. */
  async beside(): Promise<Leave> {
    while (this.#alone || this.#waitingAlone > 0) await this.#change();
    return this.besideMe();
  }

  /** As `beside`, at once: for one who is inside already. */
  besideMe(): Leave {
    this.#inside += 1;
    return this.#leaveOnce(() => {
      this.#inside -= 1;
    });
  }

  /** Waits until everybody has left; nobody enters until it leaves. */
  async alone(): Promise<Leave> {
    this.#waitingAlone += 1;
    while (this.#alone || this.#inside > 0) await this.#change();
    this.#waitingAlone -= 1;
    this.#alone = true;
    return this.#leaveOnce(() => {
      this.#alone = false;
    });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #leaveOnce(leave: () => void): Leave {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const wake of waiters) wake();
    };
  }
}
