/** Links to our own messages. A message's permalink never changes; one that leads out of the workspace is none. */
import type { Outbox, Place } from "./outbox.ts";
import { Recent } from "./lanes/recent.ts";

export class Links {
  readonly #outbox: Pick<Outbox, "permalink">;
  /** Whether a link to our own card leads into the workspace. */
  readonly #isWorkspace: (origin: string) => boolean;
  readonly #known = new Recent<string>(5_000);

  constructor(outbox: Pick<Outbox, "permalink">, isWorkspace: (origin: string) => boolean) {
    this.#outbox = outbox;
    this.#isWorkspace = isWorkspace;
  }

  /** @throws SlackDown */
  async to({ channel, ts }: Place): Promise<string | undefined> {
    const key = `${channel} ${ts}`;
    const link = this.#known.get(key) ?? (await this.#outbox.permalink({ channel, ts }));
    if (link === undefined || !URL.canParse(link)) return undefined;
    this.#known.set(key, link);
    return this.#isWorkspace(new URL(link).origin) ? link : undefined;
  }
}
