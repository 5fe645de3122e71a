/** Collects what an alert's fields say into a list of indicators: one spelling each, once each, what says nothing left out. */
import ipaddr from "ipaddr.js";
import type { Indicator, IndicatorType } from "../src/events/vocabulary.ts";
import { noLists } from "../src/indicators/benign.ts";
import { indicatorsIn } from "../src/indicators/extract.ts";
import { normaliseIndicator } from "../src/indicators/normalise.ts";
import { decodeLayers } from "./decode-layers.ts";

/** As many as an alert may carry with room to spare. */
const maxIndicators = 100;

export class IndicatorList {
  readonly #byKey = new Map<string, Indicator>();
  readonly #own: ReadonlySet<string>;

  /** @param own addresses and names of the alert's own host and user: they are no indicators of it */
  constructor(own: readonly (string | undefined)[]) {
    this.#own = new Set(own.filter((each) => each !== undefined).map((each) => each.toLowerCase()));
  }

  add(type: IndicatorType, value: string | undefined): void {
    if (value === undefined || /^0+$/.test(value)) return;
    const indicator = normaliseIndicator(type, value);
    if (indicator !== undefined) this.#keep(indicator);
  }

  /** An address or a name, whichever it is; inside addresses say nothing to anybody else. */
  addPeer(value: string | undefined): void {
    if (value === undefined || !ipaddr.isValid(value)) this.addText(value);
    else this.add(ipaddr.parse(value).kind(), value);
  }

  /** The strongest hash of one file: the weaker ones would count the same file again. */
  addFile(
    file: { sha256?: string | undefined; sha1?: string | undefined; md5?: string | undefined } | undefined,
  ): void {
    if (file?.sha256 !== undefined) this.add("sha256", file.sha256);
    else if (file?.sha1 !== undefined && !/^0+$/.test(file.sha1)) this.add("sha1", file.sha1);
    else this.add("md5", file?.md5);
  }

  /** What stands in a text, for a command line also under its encoded layers. Techniques have a field of their own. */
  addText(text: string | undefined): void {
    if (text === undefined) return;
    const texts = [text, ...decodeLayers(text).map((layer) => layer.text)];
    for (const indicator of texts.flatMap(indicatorsIn))
      if (indicator.type !== "technique") this.#keep(indicator);
  }

  list(): Indicator[] {
    return [...this.#byKey.values()].slice(0, maxIndicators);
  }

  #keep(indicator: Indicator): void {
    if (this.#own.has(indicator.value.toLowerCase()) || noLists.listOf(indicator) !== undefined) return;
    this.#byKey.set(`${indicator.type} ${indicator.value}`, indicator);
  }
}
