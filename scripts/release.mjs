/**
 * `npm run release`: publishes each package whose version is not in the registry yet, and tags it. With `--dry-run`, says what it
 * would publish. For the workflow of that name: provenance holds only what was built where it can be looked up, so a manifest has
 * to name the repository, which is the one that the workflow runs in.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, root, setUp, step } from "./setup.mjs";

const PACKAGES = ["packages/core", "packages/actors"];
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
const isDryRun = process.argv.includes("--dry-run");

if (GITHUB_SERVER_URL === undefined || GITHUB_REPOSITORY === undefined) {
  console.error("Nothing was published: this is for .github/workflows/release.yml (see CONTRIBUTING.md, Releases)");
  process.exit(1);
}

/** Writes the manifests as they are published; what it returns puts them back. */
function nameRepository() {
  const url = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
  const originals = PACKAGES.map((directory) => {
    const path = join(root, directory, "package.json");
    const text = readFileSync(path, "utf8");
    const places = {
      homepage: `${url}#readme`,
      bugs: `${url}/issues`,
      repository: { type: "git", url: `git+${url}.git`, directory },
    };
    writeFileSync(path, `${JSON.stringify({ ...JSON.parse(text), ...places }, undefined, 2)}\n`);
    return { path, text };
  });
  return () => {
    for (const { path, text } of originals) writeFileSync(path, text);
  };
}

setUp();
process.on("exit", nameRepository());
if (isDryRun) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const directory of PACKAGES) {
    const publish = ["--yes", packageManager, "--dir", directory, "publish", "--dry-run", "--no-git-checks"];
    step(`Trying ${directory}`, "npx", publish);
  }
} else {
  step("Publishing", process.execPath, [bin("@changesets/cli", "changeset"), "publish"]);
}
