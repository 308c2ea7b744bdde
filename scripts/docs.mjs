/**
 * `npm run docs`: sets up, then writes the API reference and the guides to docs/api. A broken link, or something public without
 * a docstring, fails it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, setUp, step } from "./setup.mjs";

const typedoc = join(root, "docs", "node_modules", "typedoc", "bin", "typedoc");
// TypeDoc warns of a pattern that matches nothing, and warnings fail.
const guides = existsSync(join(root, "docs", "guide")) ? ["--projectDocuments", "docs/guide/*.md"] : [];

setUp();
step("API reference", process.execPath, [typedoc, "--options", "docs/typedoc.jsonc", ...guides]);
