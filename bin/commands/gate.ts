import type { Bus } from "../../src/bus/bus.ts";
import { systemClock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import { RejectCategory } from "../../src/events/decision.ts";
import { CaseId } from "../../src/events/vocabulary.ts";
import { gateDecide, gateDecidePlan, gateList, gateShow, type Order } from "../../src/gate/front.ts";
import type { GateAnswer } from "../../src/gate/terminal.ts";
import { flag, textOption, type Command, type Invocation } from "../command.ts";
import { withWritableBus } from "../control-client.ts";
import { historyLine } from "../gate-history.ts";
import { showLoad } from "../gate-load.ts";
import { redactorHere } from "../redaction.ts";
import { sayingHelp, sayingOf, sayingOptions } from "../gate-saying.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { principalOf } from "../principal.ts";
import { shown, table } from "../table.ts";

const usage = `gate list [--all] | show ID | decide ID|CASE --as TEAM/USER SAYING | load [--days N]  [--log FILE] [--json]`;

async function list(bus: Bus, { values, print }: Invocation): Promise<number> {
  const rows = await gateList(bus, { all: flag(values, "all") });
  if (flag(values, "json")) print(JSON.stringify(rows));
  else if (rows.length === 0) print("Nobody is asked for anything.");
  else {
    const cells = rows.map((r) => [
      r.proposalId.slice(0, 8),
      r.caseId,
      r.status,
      `${r.verb} ${r.target}`,
      r.whoCan,
      `${r.approvals} of ${r.quorum}`,
      r.code,
      r.expiresAt ?? "",
    ]);
    print(
      table(["id", "case", "status", "action", "who can answer", "approvals", "code", "answer by"], cells),
    );
  }
  return 0;
}

async function show(bus: Bus, id: string, { values, print }: Invocation): Promise<number> {
  const record = await gateShow(bus, id);
  if (flag(values, "json")) {
    print(JSON.stringify(record));
    return 0;
  }
  const say = (line: string): void => {
    print(shown(line));
  };
  const { ask, bar, code, status, caseId, digest } = record.handoff;
  say(`${ask.verb} ${ask.target.type} ${ask.target.value}   (${caseId}, ${status}, code ${code})`);
  for (const [name, value] of Object.entries(ask.parameters)) say(`  ${name}: ${value}`);
  say(`Why:      ${ask.rationale}`);
  say(`Against:  ${ask.against ?? "nothing was said against it"}`);
  for (const { cites, quote, claim } of ask.evidence) say(`Evidence: ${claim} [${cites}: "${quote}"]`);
  const where = bar.surfaces === undefined ? "" : `; only in ${bar.surfaces.join(", ")}`;
  say(`Asked:    ${bar.addressed.title}, ${bar.quorum} of them; ${bar.blastRadius}${where}`);
  say(`Digest:   ${digest}`);
  for (const event of record.history) say(`  ${historyLine(event)}`);
  return 0;
}

async function decide(invocation: Invocation): Promise<number> {
  const { positionals, values, config, print } = invocation;
  const idOrCode = named(positionals);
  const code = textOption(values, "code");
  const isCase = CaseId.safeParse(idOrCode).success;
  // A code is one request's: of a case it would confirm nothing.
  if (isCase && code !== undefined)
    throw new HatrackError("usage", `--code ${code}: expected with one request; ${idOrCode} is a case`);
  const { text: clean } = await redactorHere(config());
  const order = {
    principal: principalOf(values),
    saying: sayingOf(values, clean),
    clock: systemClock,
    signal: AbortSignal.timeout(15_000),
  };
  if (isCase) return decidePlan(invocation, idOrCode, order);
  const coded = code === undefined ? {} : { code };
  const answer = await withWritableBus(config(), (bus) => gateDecide(bus, { ...order, idOrCode, ...coded }));
  print(flag(values, "json") ? JSON.stringify(answer) : inWords(answer));
  return answer.refused === undefined ? 0 : 1;
}

/** Each answer is printed as it comes; as JSON all there were, also when one fails, were it the first. */
async function decidePlan(
  { values, config, print }: Invocation,
  caseId: string,
  order: Omit<Order, "idOrCode" | "code">,
): Promise<number> {
  const answers: GateAnswer[] = [];
  const json = flag(values, "json");
  try {
    await withWritableBus(config(), async (bus) => {
      for await (const answer of gateDecidePlan(bus, caseId, order)) {
        answers.push(answer);
        if (!json) print(inWords(answer));
      }
    });
  } finally {
    if (json) print(JSON.stringify(answers));
  }
  return answers.every(({ refused }) => refused === undefined) ? 0 : 1;
}

function inWords({ refused, said }: GateAnswer): string {
  if (refused === undefined) return said.map((event) => event.type).join(", ");
  const who = refused.whoCan === undefined ? "" : ` It can be answered by ${refused.whoCan}.`;
  return `Refused (${refused.rule}): ${refused.message}${who}`;
}

export const command: Command = {
  usage,
  help: `The human gate in the terminal. SAYING is one of:
${sayingHelp}
ID is a proposal's id, its first six characters, or the code on its card; --code is checked when given. With a CASE the
same is said of every action of it that is pending, one decision for each (--json: an array). CATEGORY is one of
${RejectCategory.options.join(", ")}.
A decision is judged by the same rules as a click in Slack: group, quorum, digest, expiry.
"load" is what the gate costs each on-call role: asks, by night and person too, and how they ended (last 14 days).

  ${logHelp} (list, show and load)`,
  takes: 2,
  options: {
    json: { type: "boolean" },
    ...logOption,
    all: { type: "boolean" },
    as: { type: "string" },
    code: { type: "string" },
    days: { type: "string" },
    ...sayingOptions,
  },
  run: async (invocation) => {
    const [what] = invocation.positionals;
    if (what === "list") return withReadableBus(invocation, (bus) => list(bus, invocation));
    if (what === "show") {
      const id = named(invocation.positionals);
      return withReadableBus(invocation, (bus) => show(bus, id, invocation));
    }
    if (what === "decide") return decide(invocation);
    if (what === "load") return withReadableBus(invocation, (bus) => showLoad(bus, invocation));
    throw new HatrackError("usage", `expected: ${usage}`);
  },
};

function named(positionals: readonly string[]): string {
  const id = positionals[1];
  if (id === undefined) throw new HatrackError("usage", `expected: ${usage}`);
  return id;
}
