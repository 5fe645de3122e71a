import type { Bus } from "../../src/bus/bus.ts";
import { systemClock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import { RejectCategory } from "../../src/events/gate-events.ts";
import { CaseId } from "../../src/events/vocabulary.ts";
import { gateDecide, gateDecidePlan, gateList, gateShow, type GateAnswer } from "../../src/gate/front.ts";
import { flag, textOption, type Command, type Invocation, type Values } from "../command.ts";
import { withWritableBus } from "../control-client.ts";
import { showLoad } from "../gate-load.ts";
import { sayingHelp, sayingOf, sayingOptions } from "../gate-saying.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
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
  say(`Asked:    ${bar.addressed.title}, ${bar.quorum} of them; ${bar.blastRadius}`);
  say(`Digest:   ${digest}`);
  for (const event of record.history) say(`  ${event.time}  ${event.type}`);
  return 0;
}

async function decide({ positionals, values, config, print }: Invocation): Promise<number> {
  const idOrCode = named(positionals);
  const order = {
    principal: principalOf(values),
    saying: sayingOf(values),
    clock: systemClock,
    signal: AbortSignal.timeout(15_000),
  };
  const code = textOption(values, "code");
  const coded = code === undefined ? {} : { code };
  const answers = await withWritableBus(config(), async (bus) =>
    CaseId.safeParse(idOrCode).success
      ? await gateDecidePlan(bus, idOrCode, order)
      : [await gateDecide(bus, { ...order, idOrCode, ...coded })],
  );
  const [one, ...more] = answers;
  if (flag(values, "json")) print(JSON.stringify(more.length === 0 ? one : answers));
  else for (const answer of answers) print(inWords(answer));
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
same is said of every action of it that is pending: one decision for each. CATEGORY is one of
${RejectCategory.options.join(", ")}.
A decision is judged by the same rules as a click in Slack: group, quorum, digest, expiry.
"load" is what the gate costs each on-call role: asks, by night too, and how they ended (last 14 days).

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

function principalOf(values: Values): { team: string; user: string } {
  const [team, user, more] = (textOption(values, "as") ?? "").split("/");
  if (team && user && more === undefined) return { team, user };
  throw new HatrackError("usage", "expected --as TEAM/USER, such as --as T0NORTHWIND/U0MIA");
}
