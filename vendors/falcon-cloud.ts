/** The clouds of CrowdStrike Falcon: where each one's API answers and where its console is. */
import { maySeeSecrets } from "../src/loopback.ts";

interface Cloud {
  readonly api: string;
  /** Host of `falcon_host_link`, to be allowed in soc.yaml's consoleHosts. */
  readonly console: string;
}

export const falconClouds: Readonly<Record<string, Cloud>> = {
  "us-1": { api: "https://api.crowdstrike.com", console: "falcon.crowdstrike.com" },
  "us-2": { api: "https://api.us-2.crowdstrike.com", console: "falcon.us-2.crowdstrike.com" },
  "eu-1": { api: "https://api.eu-1.crowdstrike.com", console: "falcon.eu-1.crowdstrike.com" },
  "us-gov-1": { api: "https://api.laggar.gcw.crowdstrike.com", console: "falcon.laggar.gcw.crowdstrike.com" },
  "us-gov-2": { api: "https://api.us-gov-2.crowdstrike.mil", console: "falcon.us-gov-2.crowdstrike.mil" },
};

export const falconBaseForms = `expected a cloud (${Object.keys(falconClouds).join(", ")}) or its API's URL, such as https://api.eu-1.crowdstrike.com`;

/** A cloud's name or a URL → the API's origin; undefined when it is neither. */
export function falconBaseUrl(said: string): string | undefined {
  const named = Object.hasOwn(falconClouds, said) ? falconClouds[said] : undefined;
  if (named !== undefined) return named.api;
  if (!URL.canParse(said)) return undefined;
  const url = new URL(said);
  return maySeeSecrets(url) ? url.origin : undefined;
}

/** The console that belongs to an API; undefined for one that is in no list. */
export function consoleHostOf(baseUrl: string): string | undefined {
  return Object.values(falconClouds).find(({ api }) => api === baseUrl)?.console;
}
