/** The same recall as an indexed SQL join in node:sqlite, and the same joining of cases as a graphology graph with its components. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { UndirectedGraph } from "graphology";
import { connectedComponents } from "graphology-components";
import { indicatorsOf, standing } from "../src/memory/case-record.ts";
import { isEligible, type Opened } from "../src/memory/links.ts";
import { isHolders } from "../src/memory/holders.ts";
import { recordsOf, type MemoryState } from "../src/memory/memory-state.ts";

const weights: Readonly<Record<string, number>> = {
  ...{ sha256: 3, domain: 2, ipv4: 2, host: 1, user: 1, technique: 1, rule: 0.5 },
};
const confirmation = { source: 1.7, person: 2, tier2: 1.2, sentinel: 1 };

/** What is in memory, as tables with the indexes such a query wants. Scores' parts are precomputed where SQL can use them. */
export class SqlRecall {
  readonly #db = new DatabaseSync(":memory:");
  readonly #query: StatementSync;

  constructor(state: MemoryState) {
    this.#db.exec(`
      CREATE TABLE cases (id INTEGER PRIMARY KEY, case_id TEXT UNIQUE, opened REAL, confirmed REAL, verdict TEXT, confirmed_by TEXT);
      CREATE TABLE indicators (id INTEGER PRIMARY KEY, strong INTEGER, holders INTEGER, worth REAL, type TEXT, value TEXT);
      CREATE TABLE seen (case_id INTEGER, indicator_id INTEGER, PRIMARY KEY (case_id, indicator_id)) WITHOUT ROWID;
      CREATE INDEX by_indicator ON seen (indicator_id, case_id);`);
    this.#fill(state);
    // Candidates share a strong one; what they share is summed over all, and named for the best five.
    this.#query = this.#db.prepare(`
      WITH me AS (SELECT id FROM cases WHERE case_id = ?),
      mine AS (SELECT i.* FROM seen s JOIN indicators i ON i.id = s.indicator_id WHERE s.case_id = (SELECT id FROM me)),
      candidates AS (SELECT DISTINCT s.case_id FROM mine m CROSS JOIN seen s ON s.indicator_id = m.id
        WHERE m.strong = 1 AND m.holders <= 20 AND s.case_id <> (SELECT id FROM me)),
      best AS (SELECT k.case_id AS id, c.case_id AS caseId, round(sum(m.worth) * max(0.25, pow(0.5, max(0, ? - c.opened) / 86400000.0 / 60)) * c.confirmed, 4) AS score
      FROM candidates k CROSS JOIN cases c ON c.id = k.case_id CROSS JOIN seen s ON s.case_id = k.case_id
      CROSS JOIN mine m ON m.id = s.indicator_id AND (m.strong = 0 OR m.holders <= 20)
      GROUP BY k.case_id ORDER BY score DESC, c.case_id LIMIT 5)
      SELECT b.caseId, b.score, c.verdict, c.confirmed_by AS confirmedBy,
        (SELECT group_concat(m.type || ' ' || m.value, char(10)) FROM mine m JOIN seen s ON s.indicator_id = m.id AND s.case_id = b.id
          WHERE m.strong = 0 OR m.holders <= 20) AS shared
      FROM best b CROSS JOIN cases c ON c.id = b.id`);
  }

  /** Rows as SQLite hands them over: reading them more closely would be our cost, not its. */
  recall(caseId: string, asOf: number): Record<string, unknown>[] {
    return this.#query.all(caseId, asOf);
  }

  close(): void {
    this.#db.close();
  }

  #fill(state: MemoryState): void {
    this.#db.exec("BEGIN");
    this.#fillIndicators(state);
    this.#fillCases(state);
    this.#db.exec("COMMIT");
  }

  #fillIndicators(state: MemoryState): void {
    const addIndicator = this.#db.prepare("INSERT INTO indicators VALUES (?, ?, ?, ?, ?, ?)");
    for (const { n, type, value, strong, size } of state.indicators) {
      const worth = (weights[type] ?? 1) / (1 + Math.log(Math.max(1, size)));
      addIndicator.run(n, strong ? 1 : 0, size, worth, type, value);
    }
  }

  #fillCases(state: MemoryState): void {
    const addCase = this.#db.prepare("INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?)");
    const addSeen = this.#db.prepare("INSERT INTO seen VALUES (?, ?)");
    for (const record of state.all) {
      const judged = standing(record);
      const confirmed = judged === undefined ? 1 : confirmation[judged.by];
      const said = [judged?.verdict ?? null, judged?.by ?? null] as const;
      addCase.run(record.n, record.caseId, record.openedAt, confirmed, ...said);
      for (const indicator of indicatorsOf(record))
        if (isHolders(indicator)) addSeen.run(record.n, indicator.n);
    }
  }
}

/** The cases of each strong indicator of 2 to 20, by id: what the graph is made of. */
export function linkingCases(state: MemoryState): string[][] {
  return state.indicators
    .filter(({ strong, size }) => strong && size >= 2 && size <= 20)
    .map((held) => recordsOf(state, held).map(({ caseId }) => caseId));
}

/**
 * The cases of the window as nodes, an edge for each pair that an indicator of at most 20 cases joins; components of
 * three or more. It cuts by number alone: no familiar infrastructure, no bridges, no ids that last.
 */
export function graphClusters(state: MemoryState, linking: readonly string[][], opened: Opened): string[][] {
  const graph = new UndirectedGraph();
  for (const record of state.cases.values()) if (isEligible(record, opened)) graph.addNode(record.caseId);
  for (const cases of linking) joinAll(graph, cases);
  return connectedComponents(graph).filter((component) => component.length >= 3);
}

/** An edge for each pair of those that are nodes. */
function joinAll(graph: UndirectedGraph, all: readonly string[]): void {
  const cases = all.filter((caseId) => graph.hasNode(caseId));
  for (const [i, a] of cases.entries()) for (const b of cases.slice(i + 1)) graph.mergeUndirectedEdge(a, b);
}
