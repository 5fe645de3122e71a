import { HatrackError } from "../../src/errors.ts";
import { listTunings, type Tuning } from "../../src/memory/tuning-list.ts";
import { flag, type Command, type Invocation } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { shown, table } from "../table.ts";

const usage = "tuning list [--all] | show ID  [--log FILE] [--json]";

export const command: Command = {
  usage,
  help: `What the Detection Engineer proposed and a person accepted. hatrack changes no rule: take it from here.

  list       accepted tunings, with the alerts their rules have raised since; --all: open and declined ones too
  show ID    one of them, with its Sigma filter as YAML

  ${logHelp}`,
  takes: 2,
  options: { json: { type: "boolean" }, all: { type: "boolean" }, ...logOption },
  run: async (invocation) => {
    const [what, id] = invocation.positionals;
    const isWhole = what === "list" ? id === undefined : what === "show" && id !== undefined;
    if (!isWhole) throw new HatrackError("usage", `expected: ${usage}`);
    const tunings = await withReadableBus(invocation, (bus) => listTunings(bus));
    return id === undefined ? list(tunings, invocation) : show(tunings, id, invocation);
  },
};

function list(tunings: readonly Tuning[], { values, print }: Invocation): number {
  const wanted = flag(values, "all") ? tunings : tunings.filter(({ status }) => status === "accepted");
  if (flag(values, "json")) print(JSON.stringify({ tunings: wanted }));
  else if (wanted.length === 0)
    print(flag(values, "all") ? "No tuning was proposed." : "No tuning was accepted.");
  else {
    const head = ["id", "status", "rule", "Sigma", "by", "since", "alerts since", "proposal"];
    print(table(head, wanted.map(cellsOf)));
  }
  return 0;
}

function cellsOf({
  tuningId,
  status,
  rule,
  filter,
  by,
  decidedAt,
  proposedAt,
  alertsSince,
  proposal,
}: Tuning): string[] {
  return [
    ...[tuningId, status, rule, filter === undefined ? "no" : "yes", by?.user ?? "", decidedAt ?? proposedAt],
    ...[alertsSince === undefined ? "" : String(alertsSince), proposal],
  ];
}

function show(tunings: readonly Tuning[], id: string, { values, print }: Invocation): number {
  const tuning = tunings.find(({ tuningId }) => tuningId === id.toUpperCase());
  if (tuning === undefined)
    throw new HatrackError("tuning_not_found", `the log knows no proposed tuning ${id}`);
  if (flag(values, "json")) {
    print(JSON.stringify(tuning));
    return 0;
  }
  for (const line of inWords(tuning)) print(shown(line));
  return 0;
}

function inWords(tuning: Tuning): string[] {
  const { tuningId, status, rule, proposal, filter, noFilter = "" } = tuning;
  const yaml = filter?.yaml ?? noFilter;
  return [`${tuningId}, ${status}${whoOf(tuning)}`, `Rule: ${rule}`, proposal, ...yaml.trimEnd().split("\n")];
}

function whoOf({ by, decidedAt, reason }: Tuning): string {
  if (by === undefined || decidedAt === undefined) return "";
  return ` by ${by.user} at ${decidedAt}${reason === undefined ? "" : `: ${reason}`}`;
}
