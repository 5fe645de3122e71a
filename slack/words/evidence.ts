/** Where evidence stands: its words. */
import { ours } from "../text.ts";

export const theAlertsTitle = ours`the alert's title`;
export const theAlertsDescription = ours`the alert's description`;
export const theAlertsSeverity = ours`the alert's severity`;
export const whatTheSensorDid = ours`what the sensor did`;
export const rule = ours`rule`;
export const tactic = ours`tactic`;
export const attckTechniques = ours`ATT&CK techniques`;
export const host = ours`host`;
export const operatingSystem = ours`operating system`;
export const hostsAddress = ours`host's address`;
export const user = ours`user`;
export const indicatorsOfTheAlert = ours`indicators of the alert`;
export const commandLine = ours`command line`;
export const fileName = ours`file name`;
export const filePath = ours`file path`;
export const fileHash = ours`file hash`;
export const parentProcess = ours`parent process`;
export const theRawAlert = ours`the raw alert`;
export const sentinelsSummary = ours`Sentinel's summary`;
export const tier2sSummary = ours`Tier 2's summary`;
export const irLeadsPlan = ours`IR Lead's plan`;
export const threatIntelsReport = ours`Threat Intel's report`;
export const rawAlert = "raw alert";
