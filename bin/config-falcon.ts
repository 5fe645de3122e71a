/** The variables of CrowdStrike Falcon. */
import { z } from "zod";
import { HatrackError } from "../src/errors.ts";
import { falconBaseForms, falconBaseUrl } from "../vendors/falcon-cloud.ts";
import type { FalconCredentials } from "../vendors/falcon-client.ts";

export const falconVariables = {
  FALCON_CLIENT_ID: z
    .string()
    .regex(/^[0-9a-zA-Z-]{8,64}$/, {
      error: "expected an API client's id, such as 5c1a8e0f3b7d4a2c9e6f1b0d8a7c3e52",
    })
    .optional(),
  FALCON_CLIENT_SECRET: z
    .string()
    .min(16, "expected the API client's secret, shown once when it is made, such as Zq1x…")
    .optional(),
  FALCON_BASE_URL: z
    .string()
    .refine((value) => falconBaseUrl(value) !== undefined, { error: falconBaseForms })
    .default("us-1"),
};

interface FalconVariables {
  readonly FALCON_CLIENT_ID?: string | undefined;
  readonly FALCON_CLIENT_SECRET?: string | undefined;
  readonly FALCON_BASE_URL: string;
}

/** Half of an API client is an error. */
export function falconOf(e: FalconVariables): FalconCredentials | undefined {
  const { FALCON_CLIENT_ID: clientId, FALCON_CLIENT_SECRET: clientSecret, FALCON_BASE_URL: said } = e;
  if (clientId === undefined && clientSecret === undefined) return undefined;
  if (clientId === undefined || clientSecret === undefined) {
    const missing = clientId === undefined ? "FALCON_CLIENT_ID" : "FALCON_CLIENT_SECRET";
    const message = `configuration: Falcon is half configured: ${missing} is not set; expected both, such as FALCON_CLIENT_ID=5c1a… and FALCON_CLIENT_SECRET=Zq1x…`;
    throw new HatrackError("config_invalid", message);
  }
  return { clientId, clientSecret, baseUrl: falconBaseUrl(said) ?? said };
}
