/** The same recall as an indexed SQL join in node:sqlite, and the same joining of cases as a graph with components. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { z } from "zod";
import { strengthOf } from "../src/indicators/classify.ts";
import { standing } from "../src/memory/case-record.ts";
import { isEligible } from "../src/memory/links.ts";
import type { MemoryState } from "../src/memory/memory-state.ts";
import { sought } from "../src/memory/recall.ts";

const weights: Readonly<Record<string, number>> = {
  ...{ sha256: 3, domain: 2, ipv4: 2, host: 1, user: 1, technique: 1, rule: 0.5 },
};
const confirmation = { person: 2, tier2: 1.2, sentinel: 1 };

/** What is in memory, as tables with the indexes such a query wants. Scores' parts are precomputed where SQL can use them. */
export class SqlRecall {
  readonly #db = new DatabaseSync(":memory:");
  readonly #query: StatementSync;

  constructor(state: MemoryState) {
    this.#db.exec(`
      CREATE TABLE cases (id INTEGER PRIMARY KEY, case_id TEXT UNIQUE, opened REAL, confirmed REAL);
      CREATE TABLE indicators (id INTEGER PRIMARY KEY, strong INTEGER, holders INTEGER, worth REAL);
      CREATE TABLE seen (case_id INTEGER, indicator_id INTEGER, PRIMARY KEY (case_id, indicator_id)) WITHOUT ROWID;
      CREATE INDEX by_indicator ON seen (indicator_id, case_id);`);
    this.#fill(state);
    // Candidates share a strong one; what they share is summed over all.
    this.#query = this.#db.prepare(`
      WITH me AS (SELECT id FROM cases WHERE case_id = ?),
      mine AS (SELECT i.* FROM seen s JOIN indicators i ON i.id = s.indicator_id WHERE s.case_id = (SELECT id FROM me)),
      candidates AS (SELECT DISTINCT s.case_id FROM mine m CROSS JOIN seen s ON s.indicator_id = m.id
        WHERE m.strong = 1 AND m.holders <= 20 AND s.case_id <> (SELECT id FROM me))
      SELECT c.case_id AS caseId, round(sum(m.worth) * max(0.25, pow(0.5, max(0, ? - c.opened) / 86400000.0 / 60)) * c.confirmed, 4) AS score
      FROM candidates k CROSS JOIN cases c ON c.id = k.case_id CROSS JOIN seen s ON s.case_id = k.case_id
      CROSS JOIN mine m ON m.id = s.indicator_id AND (m.strong = 0 OR m.holders <= 20)
      GROUP BY k.case_id ORDER BY score DESC, c.case_id LIMIT 5`);
  }

  recall(caseId: string, asOf: number): { caseId: string; score: number }[] {
    return z.array(z.object({ caseId: z.string(), score: z.number() })).parse(this.#query.all(caseId, asOf));
  }

  close(): void {
    this.#db.close();
  }

  #fill(state: MemoryState): void {
    this.#db.exec("BEGIN");
    const addCase = this.#db.prepare("INSERT INTO cases VALUES (?, ?, ?, ?)");
    const addIndicator = this.#db.prepare("INSERT INTO indicators VALUES (?, ?, ?, ?)");
    const addSeen = this.#db.prepare("INSERT INTO seen VALUES (?, ?)");
    const ids = new Map<object, number>();
    for (const [type, ofType] of state.index) {
      for (const held of ofType.values()) {
        ids.set(held, ids.size + 1);
        const worth = (weights[type] ?? 1) / (1 + Math.log(Math.max(1, held.cases.length)));
        addIndicator.run(ids.size, strengthOf(type) === "strong" ? 1 : 0, held.cases.length, worth);
      }
    }
    let number = 0;
    for (const record of state.cases.values()) {
      number += 1;
      const judged = standing(record);
      const confirmed = judged === undefined ? 1 : confirmation[judged.by];
      addCase.run(number, record.caseId, record.openedAt, confirmed);
      for (const indicator of sought(record)) addSeen.run(number, ids.get(indicator) ?? 0);
    }
    this.#db.exec("COMMIT");
  }
}

/** An undirected graph as graph libraries keep one: a node's edges in a map by neighbour, attributes on both. */
class PlainGraph {
  readonly #nodes = new Map<string, Map<string, { indicators: string[] }>>();

  add(node: string): void {
    if (!this.#nodes.has(node)) this.#nodes.set(node, new Map());
  }

  join(a: string, b: string, indicator: string): void {
    const edge = this.#nodes.get(a)?.get(b);
    if (edge !== undefined) {
      edge.indicators.push(indicator);
      return;
    }
    const made = { indicators: [indicator] };
    this.#nodes.get(a)?.set(b, made);
    this.#nodes.get(b)?.set(a, made);
  }

  /** An edge for each pair of those that are nodes. */
  joinAll(all: readonly string[], indicator: string): void {
    const cases = all.filter((caseId) => this.#nodes.has(caseId));
    for (const [i, a] of cases.entries()) for (const b of cases.slice(i + 1)) this.join(a, b, indicator);
  }

  #unseen(node: string, seen: Set<string>): string[] {
    const fresh = [...(this.#nodes.get(node)?.keys() ?? [])].filter((next) => !seen.has(next));
    for (const next of fresh) seen.add(next);
    return fresh;
  }

  components(): string[][] {
    const seen = new Set<string>();
    const found: string[][] = [];
    for (const node of this.#nodes.keys()) {
      if (seen.has(node)) continue;
      const component = [node];
      seen.add(node);
      for (const at of component) component.push(...this.#unseen(at, seen));
      found.push(component);
    }
    return found;
  }
}

/**
 * The cases of the window as nodes, an edge for each pair that an indicator of at most 20 cases joins; components of
 * three or more. It cuts by number alone: no familiar infrastructure, no bridges, no ids that last.
 */
export function graphClusters(state: MemoryState, from: number, to: number): string[][] {
  const opened = { from, to };
  const graph = new PlainGraph();
  for (const record of state.cases.values()) if (isEligible(record, opened)) graph.add(record.caseId);
  for (const [type, ofType] of state.index) {
    if (strengthOf(type) === "weak") continue;
    for (const { cases, value } of ofType.values()) if (cases.length <= 20) graph.joinAll(cases, value);
  }
  return graph.components().filter((component) => component.length >= 3);
}
