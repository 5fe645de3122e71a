/**
 * A bus on which only what is signed by whom it must be signed by exists: readers and roles see nothing else. What
 * a front end says through it is signed on the way. The bus below still has everything, for the audit.
 */
import type {
  Bus,
  DeadLetters,
  GroupStatus,
  Handler,
  Position,
  ReadOptions,
  StoredEvent,
  SubscribeOptions,
  Subscription,
} from "../bus/bus.ts";
import type { EventType } from "../events/catalogue.ts";
import type { AnyEvent } from "../events/envelope.ts";
import { signerOf, Verifier, type Keyring } from "./keys.ts";

export class TrustedBus implements Bus {
  /** The whole log, forgeries too. */
  readonly whole: Bus;
  readonly dead: DeadLetters;
  readonly #verifier: Verifier;
  readonly #keys: Omit<Keyring, "gate">;

  /** @param keys with `frontEnd`, decisions published through this bus are signed by it */
  constructor(bus: Bus, keys: Omit<Keyring, "gate">) {
    this.whole = bus;
    this.dead = bus.dead;
    this.#keys = keys;
    this.#verifier = new Verifier(keys.trusted);
  }

  open(groups: readonly string[]): Promise<void> {
    return this.whole.open(groups);
  }

  publish(events: readonly AnyEvent[]): Promise<StoredEvent[]> {
    return this.whole.publish(this.signed(events));
  }

  /** What a front end says and nobody has signed yet, with its signature if this bus has its key; the rest as it is. */
  signed<E extends AnyEvent>(events: readonly E[]): E[] {
    return events.map((event) => this.#signed(event));
  }

  #signed<E extends AnyEvent>(event: E): E {
    const { frontEnd } = this.#keys;
    if (frontEnd === undefined || event.signature !== undefined) return event;
    return signerOf(event.type) === "frontEnd" ? frontEnd.sign(event) : event;
  }

  subscribe<T extends EventType, S = undefined>(
    group: string,
    types: readonly T[],
    handler: Handler<T, S>,
    options: SubscribeOptions<T, S>,
  ): Subscription {
    const { wants, sign } = options;
    return this.whole.subscribe(group, types, handler, {
      ...options,
      sign: (said) => this.#signed(sign?.(said) ?? said),
      wants: (event) => this.#verifier.whyNot(event) === undefined && (wants?.(event) ?? true),
    });
  }

  read(options?: ReadOptions): AsyncIterable<StoredEvent> {
    return this.#trusted(this.whole.read(options));
  }

  follow(options: ReadOptions & { readonly signal: AbortSignal }): AsyncIterable<StoredEvent> {
    return this.#trusted(this.whole.follow(options));
  }

  tail(): Promise<ReadonlyMap<number, Position>> {
    return this.whole.tail();
  }

  lease(name: string, owner: string, ms: number): Promise<boolean> {
    return this.whole.lease(name, owner, ms);
  }

  groups(): Promise<GroupStatus[]> {
    return this.whole.groups();
  }

  close(): Promise<void> {
    return this.whole.close();
  }

  /** A signed entry that somebody appended once more is signed still: each counts once. */
  async *#trusted(entries: AsyncIterable<StoredEvent>): AsyncGenerator<StoredEvent> {
    const seen = new Set<string>();
    for await (const entry of entries) {
      const { event } = entry;
      if (signerOf(event.type) !== undefined) {
        if (seen.has(event.id) || this.#verifier.whyNot(event) !== undefined) continue;
        seen.add(event.id);
      }
      yield entry;
    }
  }
}
