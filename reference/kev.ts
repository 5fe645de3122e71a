/** kev.json: CISA's known exploited vulnerabilities. */
import { z } from "zod";
import { readGzipJson } from "./read-sources.ts";
import { byText } from "./write-lines.ts";

const Catalogue = z.object({
  catalogVersion: z.string(),
  dateReleased: z.string(),
  vulnerabilities: z.array(
    z.object({
      cveID: z.string(),
      vendorProject: z.string(),
      product: z.string(),
      vulnerabilityName: z.string(),
      dateAdded: z.string(),
      dueDate: z.string(),
      knownRansomwareCampaignUse: z.enum(["Known", "Unknown"]),
    }),
  ),
});

export function distilKev(): Record<string, unknown> {
  const source = Catalogue.parse(readGzipJson("cisa-kev", "known_exploited_vulnerabilities.json.gz"));
  const sorted = source.vulnerabilities.sort((a, b) => byText(a.cveID, b.cveID));
  return {
    header: {
      title: "CISA Known Exploited Vulnerabilities",
      source: `github.com/cisagov/kev-data, catalogue ${source.catalogVersion}, commit eacf03ec6637cc7be6d3d4ed50785493da5126a2`,
      date: source.dateReleased.slice(0, 10),
      licence: "CC0-1.0",
      script: "reference/distil.ts",
      shape: "vulnerabilities: CVE → {vendor, product, name, dateAdded, dueDate, ransomware}",
    },
    vulnerabilities: Object.fromEntries(
      sorted.map((each) => [
        each.cveID,
        {
          vendor: each.vendorProject.trim(),
          product: each.product.trim(),
          name: each.vulnerabilityName.trim(),
          dateAdded: each.dateAdded,
          dueDate: each.dueDate,
          ransomware: each.knownRansomwareCampaignUse === "Known",
        },
      ]),
    ),
  };
}
