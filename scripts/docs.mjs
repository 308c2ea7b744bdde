/**
 * `npm run docs`: sets up, then writes the API reference as Markdown to docs/api, where the site finds it. A broken link, or
 * something public without a docstring, fails it.
 */

import { join } from "node:path";
import { argv, execPath } from "node:process";
import { pathToFileURL } from "node:url";
import { root, setUp, step } from "./setup.mjs";

export function writeReference() {
  const typedoc = join(root, "docs", "node_modules", "typedoc", "bin", "typedoc");
  step("API reference", execPath, [typedoc, "--options", "docs/typedoc.jsonc"]);
}

if (import.meta.url === pathToFileURL(argv[1]).href) {
  setUp();
  writeReference();
}
