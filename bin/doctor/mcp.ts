/** Each server of others' tools: that it answers, what it offers, what of it is refused and why, who may use what. */
import { reasonOf } from "../../src/errors.ts";
import type { Check } from "../../src/check.ts";
import { loadRoles } from "../../src/load-roles.ts";
import type { McpServerConfig } from "../../src/mcp-shape.ts";
import type { SocFile } from "../../src/soc-schema.ts";
import type { Judged } from "../../vendors/mcp-listing.ts";

const mend = {
  unreachable:
    "Correct its section of soc.yaml (docs/tools.md), or start the server; until then roles work without its tools.",
  refused:
    "A tool is used only when its server marks it read-only and its schema holds: ask its maker, or take it out of soc.yaml.",
  absent: "Name the tools as the server does, and roles as in roles/.",
};

/** A server is started, asked for its list and ended again; none of its tools is called. */
export async function* checkMcp(
  { mcp }: Pick<SocFile, "mcp">,
  env: Readonly<Record<string, string | undefined>> = process.env,
): AsyncGenerator<Check> {
  const servers = Object.entries(mcp.servers);
  if (servers.length === 0) return;
  const roles = (await loadRoles()).map((role) => role.name);
  const { inspect } = await import("../../vendors/mcp-inspect.ts");
  for (const [server, config] of servers) {
    const name = `tools of ${server}`;
    try {
      const { version, judged } = await inspect({ name: server, config, env, now: Date.now });
      yield { name, ...verdict(config, { version, judged, roles }) };
    } catch (error) {
      yield { name, status: "fail", found: reasonOf(error), fix: mend.unreachable };
    }
  }
}

interface Seen {
  readonly version: string;
  readonly judged: readonly Judged[];
  readonly roles: readonly string[];
}

function verdict(config: McpServerConfig, { version, judged, roles }: Seen): Omit<Check, "name"> {
  const usable = judged.flatMap((each) => (each.ok ? [each.tool.name] : []));
  const refused = judged.flatMap((each) => (each.ok ? [] : [each]));
  const given = [...new Set(Object.values(config.roles).flat())];
  const wanted = refused.filter(({ name }) => given.includes(name));
  const absent = [
    ...given.filter((name) => !usable.includes(name) && !refused.some((each) => each.name === name)),
    ...Object.keys(config.roles).filter((role) => !roles.includes(role)),
  ];
  const uses = Object.entries(config.roles).map(
    ([role, tools]) =>
      `${role} may use ${tools.filter((tool) => usable.includes(tool)).join(", ") || "none"}`,
  );
  const found = [
    version,
    ...uses,
    listed(
      "given to nobody",
      usable.filter((name) => !given.includes(name)),
    ),
    listed(
      "refused",
      refused.map(({ name, why }) => `${name} (${why})`),
    ),
    listed("named in soc.yaml and not there", absent),
  ]
    .filter((part) => part !== "")
    .join("; ");
  if (wanted.length > 0) return { status: "warn", found, fix: mend.refused };
  return absent.length > 0 ? { status: "warn", found, fix: mend.absent } : { status: "ok", found };
}

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > 20 ? ` and ${names.length - 20} more` : "";
  return `${what}: ${names.slice(0, 20).join(", ")}${more}`;
}
