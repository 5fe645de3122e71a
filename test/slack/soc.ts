/** soc.yaml as it comes with hatrack. */
import { readFileSync } from "node:fs";
import { parseSocFile } from "../../src/soc-file.ts";

export const soc = parseSocFile(readFileSync(new URL("../../soc.yaml", import.meta.url), "utf8"), "soc.yaml");
