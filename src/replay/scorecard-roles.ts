/** What each role said, against what a person found; how sure it was; what it cost. Pure. */
import { truthLabelled, truthSaid, type Truth } from "../memory/accuracy.ts";
import { calibrationOf } from "../memory/statistics.ts";
import type { Severity, Sev, Verdict } from "../events/vocabulary.ts";
import { brier, quantile, rateOf, rounded, weightedKappa } from "./statistics.ts";
import type { Agreement, RoleCost, RoleScore, Trace } from "./scorecard-schema.ts";
import type { WorkedRole, WorkedTicket } from "./worked-ticket.ts";

interface Run {
  readonly work: WorkedRole;
  /** The person's verdict, where there is one. */
  readonly label?: Verdict;
}

/** By role, in the order in which they first worked. */
export function roleScores(worked: readonly WorkedTicket[]): RoleScore[] {
  const runs = worked.flatMap(({ roles, human, unworked }) =>
    roles.map((work): Run => {
      const label = unworked === undefined ? human?.verdict : undefined;
      return { work, ...(label === undefined ? {} : { label }) };
    }),
  );
  return [...Map.groupBy(runs, ({ work }) => work.role)].map(([role, theirs]) => roleScore(role, theirs));
}

function roleScore(role: string, runs: readonly Run[]): RoleScore {
  const answered = runs.filter(({ work }) => work.failed === undefined);
  const compared = answered.flatMap(comparedOf);
  const right = compared.filter(isRight).length;
  const confident = compared.flatMap((one) =>
    one.confidence === undefined ? [] : [{ confidence: one.confidence, right: isRight(one) }],
  );
  const score = brier(confident);
  return {
    ...{ role, runs: runs.length, answered: answered.length },
    abstained: answered.filter(({ work }) => work.abstained).length,
    failed: countBy(runs.flatMap(({ work }) => work.failed ?? [])),
    verdicts: matrixOf(
      answered.flatMap(({ work, label }) => {
        const word = wordOf(work);
        return word === undefined || label === undefined ? [] : [[label, word] as const];
      }),
    ),
    confusion: confusionOf(compared),
    right: rateOf(right, compared.length),
    brier: score === null ? null : rounded(score),
    calibration: roundedCalibration(confident),
  };
}

interface Compared {
  readonly truth: Truth;
  readonly said: Truth;
  readonly confidence?: number;
}

const isRight = ({ truth, said }: Compared): boolean => truth === said;

/** Nothing for a role that says neither verdict nor SEV, or a label that settles nothing. */
function comparedOf({ work, label }: Run): Compared[] {
  const word = wordOf(work);
  const truth = label === undefined ? undefined : truthLabelled(label);
  if (word === undefined || truth === undefined) return [];
  const { confidence } = work;
  return [{ truth, said: truthSaid(word), ...(confidence === undefined ? {} : { confidence }) }];
}

/** Its verdict, or else its SEV. Whether a role said right is compared in the truth's words (lesson 22). */
function wordOf({ verdict, sev }: WorkedRole): Verdict | Sev | undefined {
  return verdict ?? sev;
}

/** Whether a role did right by a ticket; undefined where it cannot be said. */
export function roleWasRight(
  { verdict, sev, failed }: { [K in "verdict" | "sev" | "failed"]?: Trace[K] | undefined },
  label: Verdict | undefined,
): boolean | undefined {
  const truth = label === undefined ? undefined : truthLabelled(label);
  const word = verdict ?? sev;
  if (truth === undefined || (word === undefined && failed === undefined)) return undefined;
  return word !== undefined && truthSaid(word) === truth;
}

function confusionOf(compared: readonly Compared[]): RoleScore["confusion"] {
  const count = (truth: Truth, said: Truth): number =>
    compared.filter((one) => one.truth === truth && one.said === said).length;
  return {
    attack: { attack: count("attack", "attack"), harmless: count("attack", "harmless") },
    harmless: { attack: count("harmless", "attack"), harmless: count("harmless", "harmless") },
  };
}

function roundedCalibration(
  answers: readonly { readonly confidence: number; readonly right: boolean }[],
): RoleScore["calibration"] {
  const { bins, error } = calibrationOf(answers);
  return {
    error: error === null ? null : rounded(error),
    bins: bins.map((bin) => ({ ...bin, confidence: rounded(bin.confidence), rate: rounded(bin.rate) })),
  };
}

/** How often each stands in a list, in the order of their names. */
export function countBy(list: readonly string[]): Record<string, number> {
  const groups = [...Map.groupBy(list, (each) => each)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([name, them]) => [name, them.length]));
}

function matrixOf(pairs: readonly (readonly [string, string])[]): Record<string, Record<string, number>> {
  const rows = [...Map.groupBy(pairs, ([theirs]) => theirs)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(rows.map(([theirs, them]) => [theirs, countBy(them.map(([, ours]) => ours))]));
}

const sevs = ["SEV-1", "SEV-2", "SEV-3", "SEV-4"] as const;
const asSev: Readonly<Record<Severity, Sev>> = {
  ...{ critical: "SEV-1", high: "SEV-2", medium: "SEV-3", low: "SEV-4", informational: "SEV-4" },
};

/** The last SEV a role gave, against the person's and against the alert's own severity. */
export function severityOf(worked: readonly WorkedTicket[]): { person: Agreement; alert: Agreement } {
  const planned = worked.flatMap((ticket) => {
    const sev = ticket.roles.findLast((role) => role.sev !== undefined)?.sev;
    return sev === undefined ? [] : [{ ticket, sev }];
  });
  return {
    person: agreementOf(
      planned.flatMap(({ ticket, sev }) => {
        const theirs = ticket.human?.severity;
        return theirs === undefined ? [] : [[theirs, sev] as const];
      }),
    ),
    alert: agreementOf(planned.map(({ ticket, sev }) => [asSev[ticket.alertSeverity], sev] as const)),
  };
}

function agreementOf(pairs: readonly (readonly [Sev, Sev])[]): Agreement {
  const ranks = pairs.map(([a, b]) => [sevs.indexOf(a), sevs.indexOf(b)] as const);
  const within = (steps: number): number => ranks.filter(([a, b]) => Math.abs(a - b) <= steps).length;
  const kappa = weightedKappa(ranks, sevs.length);
  return {
    ...{ n: pairs.length, same: rateOf(within(0), pairs.length), withinOne: rateOf(within(1), pairs.length) },
    kappa: kappa === null ? null : rounded(kappa),
    matrix: matrixOf(pairs),
  };
}

/** Time, tokens and look-ups of each role: a clock and a model server had a part in them. */
export function roleCosts(worked: readonly WorkedTicket[]): RoleCost[] {
  const runs = worked.flatMap(({ roles }) => roles);
  return [...Map.groupBy(runs, ({ role }) => role)].map(([role, theirs]) => {
    const times = theirs.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
    const sum = (of: (work: WorkedRole) => number): number => theirs.reduce((all, work) => all + of(work), 0);
    return {
      ...{ role, runs: theirs.length, toolCalls: sum((work) => work.toolCalls) },
      tokens: { input: sum((work) => work.tokens.input), output: sum((work) => work.tokens.output) },
      milliseconds: {
        total: rounded(sum((work) => work.milliseconds)),
        median: times.length === 0 ? null : rounded(quantile(times, 0.5)),
        p95: times.length === 0 ? null : rounded(quantile(times, 0.95)),
      },
    };
  });
}
