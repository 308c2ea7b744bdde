/** A module that cannot be loaded is an error that names the fix: where the start is awaited, and in the log. */
import { ActorSystem, LoadFailedError, onThread, StartFailedError } from "@pneumatic/actors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome, Project } from "../../support/loader-project.ts";
import { project, stripsTypes, urlIn } from "../../support/loader-project.ts";
import type { doubler } from "./fixtures/doubler.ts";

const ESM = 'import { actor } from "@pneumatic/actors"; export default actor({ on: {} });';
const TYPED = `const ignored: number = 1; ${ESM}`;

const FILES = {
  "built.js": ESM,
  "legacy/package.json": JSON.stringify({ type: "commonjs" }),
  "legacy/esm.js": ESM,
  "legacy/typed.ts": TYPED,
  "types.ts": TYPED,
  "enums.ts": `enum E { A } ${ESM}`,
  "named-as-built.ts": `import "./types.js"; ${TYPED}`,
  "node_modules/installed/package.json": JSON.stringify({ type: "module" }),
  "node_modules/installed/source.ts": TYPED,
  "lonely.js": `import "not-installed"; ${ESM}`,
  "syntax.js": "export default {;",
  "throws.js": 'throw new RangeError("no such luck");',
  "component.vue": "",
  "named.js": `${ESM.replace("default actor", "const first = actor")} export const number = 7;`,
  "nothing.js": "",
  "other.js": "export default { on: {} };",
  "later.js": ESM.replace("default", "default Promise.resolve(").replace("});", "}));"),
  "remote.js": 'import { onThread } from "@pneumatic/actors"; export default onThread(import.meta.url);',
};
const VIDEO = `data:video/mp2t;base64,${Buffer.from(ESM).toString("base64")}`;

type Row = readonly [title: string, file: string, ...parts: string[]];
const ROWS: readonly Row[] = [
  ["the file is not there", "./missing.js", "there is no such file", "an entry point of the bundler, too"],
  [
    "only what was built is there",
    "./built.ts",
    "built.js. Pass new URL(",
    "which stands for x.ts as long as nothing was built",
  ],
  [
    "it is an ES module in a CommonJS package",
    "./legacy/esm.js",
    'Set "type": "module" in its package.json, or name it .mjs',
  ],
  ["it imports what is not installed", "./lonely.js", "Cannot find package 'not-installed'"],
  ["it is no JavaScript", "./syntax.js", "SyntaxError: Unexpected token ';'"],
  ["it throws", "./throws.js", "RangeError: no such luck"],
  ["it is something else", "./component.vue", 'Unknown file extension ".vue"'],
  ["it is on another machine", "https://example.org/x.js", "Received protocol 'https:'"],
  [
    "a bundler has made a video of it",
    VIDEO,
    "data:video/mp2t;base64,",
    "…: a bundler has taken the TypeScript file for a video",
  ],
  [
    "it has no default export",
    "./named.js",
    'it has no export "default"; it exports "first", "number". Write export default actor(',
  ],
  [
    "it has no such export",
    "./named.js#second",
    'it has no export "second"; it exports "first", "number"',
    'onThread(url, "name")',
  ],
  ["it exports nothing", "./nothing.js", 'it has no export "default"; it exports nothing'],
  [
    "its export is a number",
    "./named.js#number",
    'its export "number" is of type number, and not what actor() or implement() has made',
  ],
  ["its export is an object", "./other.js", 'its export "default" is of type object'],
  ["its export is a promise", "./later.js", 'its export "default" is a promise'],
  ["its export is for a thread already", "./remote.js", "is what onThread() has made. Export the actor itself"],
];
const STRIPPING: readonly Row[] = [
  ["it has enums", "./enums.ts", "Node strips types, but transforms no enums", "Set erasableSyntaxOnly", "install tsx"],
  ["it imports a source by the name of what will be built", "./named-as-built.ts", 'import "./x.ts"', "install tsx"],
  [
    "it is TypeScript of a package",
    "./node_modules/installed/source.ts",
    "Publish what was built from it, or install tsx",
  ],
  [
    "it is TypeScript in a CommonJS package",
    "./legacy/typed.ts",
    'Set "type": "module" in its package.json, or name it .mts',
  ],
];
const PLAIN: readonly Row[] = [
  [
    "it is TypeScript",
    "./types.ts",
    `Node ${process.version} does not load it`,
    "Use Node 22.18 or later, install tsx (npm install --save-dev tsx)",
  ],
  ["it is TypeScript of a package", "./node_modules/installed/source.ts", "install tsx"],
];
const EVERY = [...ROWS, ...(stripsTypes ? STRIPPING : PLAIN)];

describe("an actor on a thread fails to start, says why and what to do, and is not started again, when", () => {
  let made: Project;
  let outcomes: ReadonlyMap<string, Outcome>;
  beforeAll(async () => {
    made = project(FILES);
    outcomes = await made.outcomes(EVERY.map(([, file]) => file));
  });
  afterAll(() => made[Symbol.dispose]());

  it.each(EVERY)("%s", (_, file, ...parts) => {
    const outcome = outcomes.get(file);
    expect(outcome).toMatchObject({
      name: "StartFailedError: LoadFailedError",
      isTyped: true,
      exit: { kind: "crashed", cause: "loadFailed" },
    });
    const { error = "", logged } = outcome as Outcome;
    for (const part of parts) expect(error).toContain(part);
    expect(error).toMatch(/^Cannot (load|use) /);
    if (file.startsWith("./")) expect(error).toContain(urlIn(made, file.replace(/#.*/, "")));
    expect(error.length).toBeLessThan(600);
    expect(logged).toContain(error); // and the causes after it
  });
});

describe("the error of a module that cannot be loaded", () => {
  it("is typed, with its URL and with what Node said, and final also where every end is followed by a restart", async () => {
    await using system = new ActorSystem({ logLevel: "silent" });
    const url = new URL("./missing.js", import.meta.url);
    using address = system.spawn(onThread<typeof doubler>(url), { restart: "permanent" });
    const error = await address.started.catch((error: unknown) => error as StartFailedError);
    expect(error).toBeInstanceOf(StartFailedError);
    const cause = (error as Error).cause as LoadFailedError;
    expect(cause).toBeInstanceOf(LoadFailedError);
    expect(cause).toMatchObject({
      code: "ERR_ACTOR_LOAD_FAILED",
      url: url.href,
      cause: { code: "ERR_MODULE_NOT_FOUND" },
    });
    expect(await address.exited).toEqual({ kind: "crashed", cause: "loadFailed" });
  });
});
