/**
 * The public interface of each package, as one text that shows in review. A change here is a change for users: update it with
 * `npm test -- test/api -u` and say so in a changeset.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/source-files.ts";

/** The declarations that an entry file reaches within its package, without comments. */
function declarations(entry: string, seen = new Set<string>()): string {
  if (seen.has(entry)) return "";
  seen.add(entry);
  const text = readFileSync(join(root, entry), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\/\/# source.*$/gm, "")
    .replace(/^\s*\n/gm, "");
  const reached = [...text.matchAll(/from "(\.[^"]+)"/g)].map(([, from = ""]) => join(dirname(entry), from));
  const rest = reached.map((path) =>
    declarations(path.replace(/\.js$|\.ts$/, ".d.ts").replace(/\.d\.d\.ts$/, ".d.ts"), seen),
  );
  return [`// ${entry}\n${text}`, ...rest].join("");
}

it.each([
  "core/dist/index",
  "core/dist/testing/index",
  "core/dist/threads/index",
  "actors/dist/index",
  "actors/dist/testing/index",
])("%s has the interface that is on record", async (entry) => {
  const name = entry
    .replace("/dist", "")
    .replaceAll("/", "-")
    .replace(/-index$/, "");
  await expect(declarations(`packages/${entry}.d.ts`)).toMatchFileSnapshot(`${name}.api.txt`);
});
