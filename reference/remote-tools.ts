/** remote-tools.json: legitimate remote-management tools: dual use, the classic benign positive. */
import { z } from "zod";
import { readGzipJson } from "./read-sources.ts";
import { byText } from "./write-lines.ts";

const Tools = z.array(
  z.object({
    name: z.string(),
    meta: z.object({
      domains: z.array(z.string()).optional(),
      installation_paths: z.array(z.string()).optional(),
    }),
  }),
);

export function distilRemoteTools(): Record<string, unknown> {
  const source = Tools.parse(readGzipJson("misp-galaxy", "rmm_tools.json.gz"));
  return {
    header: {
      title: "Legitimate remote-management tools",
      source:
        "github.com/MISP/misp-galaxy, clusters/rmm-tool.json, commit 9434ace4eb925c9a1c9b3bccf014a25f9d14f0b0",
      date: "2026-08-06",
      licence: "CC0-1.0 (dual with BSD-2-Clause)",
      script: "reference/distil.ts",
      shape:
        "tools: name → {files, folders, domains}; files are program names and folders names of folders on the path, both lower case, * stands for any characters; a domain stands for itself and all names below it",
    },
    tools: Object.fromEntries(
      source
        .sort((a, b) => byText(a.name, b.name))
        .map(({ name, meta }) => [
          name,
          {
            files: programNames([...(meta.installation_paths ?? []), ...(missingFiles[name] ?? [])]),
            folders: folderNames(meta.installation_paths ?? []),
            domains: domainNames(meta.domains ?? []),
          },
        ]),
    ),
  };
}

/** Programs the source knows by folder only; named here by this project. */
const missingFiles: Readonly<Record<string, readonly string[]>> = {
  AnyDesk: ["anydesk.exe"],
  "Quick Assist": ["quickassist.exe"],
  TeamViewer: ["teamviewer.exe"],
};

const program = /\.(exe|msi|app|dll|jar|sys)$/;
const everybodysFolder =
  /^(appdata|bin|local|program files.*|programdata|roaming|system32|temp|users?|windows)$/;

/** The last part of each path when it names a program; a bare wildcard such as *.exe says nothing and goes. */
function programNames(paths: readonly string[]): string[] {
  const names = paths
    .map((path) => (path.split(/[\\/]/).at(-1) ?? "").trim().toLowerCase())
    .filter((name) => program.test(name) && says(name.replace(program, "")));
  return [...new Set(names)].sort(byText);
}

/** The folder of each path that ends in `\\*` or a separator, with its random part as a wildcard. */
function folderNames(paths: readonly string[]): string[] {
  const names = paths
    .map((path) => /([^\\/]+)[\\/]\**$/.exec(path.trim())?.[1] ?? "")
    .map((name) => name.toLowerCase().replace(/\(?<?(random|string id)>?\)?/, "*"))
    .filter((name) => says(name) && !everybodysFolder.test(name));
  return [...new Set(names)].sort(byText);
}

function says(name: string): boolean {
  return /[a-z0-9]{3}/.test(name);
}

/** Names under which everybody's software or files are found; they do not tell a tool. */
const everybodysSites = new Set([
  ...[
    "basecamp.com",
    "cloudflare.com",
    "downloads.io",
    "eset.com",
    "github.com",
    "raw.githubusercontent.com",
  ],
  ...["sophos.com", "sophosupd.com", "sophosupd.net", "sourceforge.net", "zoho.com", "zoho.eu", "zoho.in"],
]);

/** Registrable names out of `*.anydesk.com`, `https://x.example/path` and `host:443`; what still holds a pattern goes. */
function domainNames(values: readonly string[]): string[] {
  const names = values.map((value) =>
    value
      .trim()
      .toLowerCase()
      .replace(/^[a-z]+:\/\//, "")
      .replace(/[/:].*$/, "")
      .replace(/^\*\.?/, ""),
  );
  const telling = names.filter((name) => /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*\.[a-z]{2,}$/.test(name));
  return [...new Set(telling.filter((name) => !everybodysSites.has(name)))].sort(byText);
}
