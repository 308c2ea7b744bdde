/**
 * `npm run site`: sets up, writes the API reference, builds the site into docs/.vitepress/dist, and has the crawler check every link of it.
 * `--as-is` leaves out setting up; `--out FOLDER` builds it elsewhere.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeReference } from "./docs.mjs";
import { root, setUp, step } from "./setup.mjs";

const options = {
  "as-is": { type: "boolean" },
  out: { type: "string", default: join(root, "docs", ".vitepress", "dist") },
};
const { values } = parseArgs({ options });
const out = resolve(values.out);
const vitepress = join(root, "docs", "node_modules", "vitepress", "bin", "vitepress.js");
const crawler = join(root, "examples", "crawler", "dist", "main.js");

if (!values["as-is"]) setUp();
writeReference();
step("Pages", process.execPath, [vitepress, "build", "docs", "--outDir", out]);
step("Links", process.execPath, [crawler, out, "--strict"]);
