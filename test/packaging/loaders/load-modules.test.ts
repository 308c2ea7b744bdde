/** What an actor on a thread may be written in, and where its module may be: what loads, on the Node that runs this. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome, Project } from "../../support/loader-project.ts";
import { project, stripsTypes } from "../../support/loader-project.ts";

const double = (from: string): string => `
  import { actor } from "@pneumatic/actors";
  ${from}
  export default actor({ on: { double: (_, { n }: { n: number }) => twice(n) } });
`;
const plain = (text: string): string => text.replaceAll(/: \{ n: number \}/g, "");
const TWICE = "export const twice = (n: number): number => n * 2;";

const FILES = {
  "plain.js": plain(double('import { twice } from "./twice.mjs";')),
  "twice.mjs": "export const twice = (n) => n * 2;",
  "types.ts": double('import { twice } from "./typed-twice.ts";'),
  "typed-twice.ts": TWICE,
  "named-as-built.ts": double('import { twice } from "./typed-twice.js";'),
  "enums.ts": double(`
    enum By { Two = 2 }
    class Factor { constructor(readonly by: By) {} }
    const twice = (n: number): number => n * new Factor(By.Two).by;
  `),
  "both.ts": double('import { twice } from "./typed-twice.ts";'),
  "both.js": plain(double("const twice = () => 'built';")),
  "module.mts": double(TWICE),
  "where.ts": `
    import { actor } from "@pneumatic/actors";
    export const where = actor({ on: { double: (): string => new URL("./data.txt", import.meta.url).pathname.split("/").at(-1) } });
  `,
  "compiled.cjs": `
    Object.defineProperty(exports, "__esModule", { value: true });
    const { actor } = require("@pneumatic/actors");
    exports.default = actor({ on: { double: (_, { n }) => n * 2 } });
    exports.other = actor({ on: { double: (_, { n }) => n * 2 } });
  `,
  "node_modules/installed/package.json": JSON.stringify({ name: "installed", type: "module", exports: "./index.js" }),
  "node_modules/installed/index.js": plain(double("const twice = (n) => n * 2;")),
  "node_modules/installed/index.d.ts": "",
  "node_modules/installed/source.ts": double(TWICE),
  "a folder of é/types.ts": double(TWICE),
};

const JAVASCRIPT = [
  ["JavaScript", "./plain.js"],
  ["JavaScript of an installed package", "./node_modules/installed/index.js"],
  ["CommonJS that was compiled from an ES module", "./compiled.cjs"],
  ["CommonJS that was compiled from an ES module, by a named export", "./compiled.cjs#other"],
  ["the built file, where there is also its source", "./both.js"],
] as const;
const STRIPPED = [
  ["TypeScript whose types can be stripped", "./types.ts"],
  ["TypeScript by the name that it will have when it is built", "./types.js"],
  ["TypeScript that is an ES module by its name", "./module.mts"],
  ["TypeScript by the name that it will have when it is built, as an ES module by its name", "./module.mjs"],
  ["TypeScript with a query", "./types.ts?fresh"],
  ["TypeScript in a folder of a difficult name", "./a%20folder%20of%20%C3%A9/types.ts"],
] as const;
const TRANSFORMED = [
  ["TypeScript that imports by the names that its files will have when they are built", "./named-as-built.ts"],
  ["TypeScript with enums and parameter properties", "./enums.ts"],
  ["TypeScript of an installed package", "./node_modules/installed/source.ts"],
] as const;
const ALL = [...JAVASCRIPT, ...STRIPPED, ...TRANSFORMED];

const projects: Project[] = [];
function given(...others: string[]): Project {
  const made = project(FILES, others);
  projects.push(made);
  return made;
}
afterAll(() => {
  for (const each of projects) each[Symbol.dispose]();
});

describe("a project with tsx loads on a thread", () => {
  let outcomes: ReadonlyMap<string, Outcome>;
  beforeAll(async () => {
    outcomes = await given("tsx").outcomes([...ALL.map(([, file]) => file), "./where.ts#where"]);
  });

  it.each(ALL)("%s", (_, file) => {
    expect(outcomes.get(file)).toEqual({ reply: file === "./both.js" ? "built" : 42 });
  });

  it("a module whose own URL is that of its source", () => {
    expect(outcomes.get("./where.ts#where")).toEqual({ reply: "data.txt" });
  });
});

describe("a project without tsx loads on a thread", () => {
  let outcomes: ReadonlyMap<string, Outcome>;
  beforeAll(async () => {
    outcomes = await given().outcomes([...STRIPPED, ...TRANSFORMED].map(([, file]) => file));
  });

  it.each(stripsTypes ? STRIPPED : [])("%s", (_, file) => {
    expect(outcomes.get(file)).toEqual({ reply: 42 });
  });

  it.each(stripsTypes ? TRANSFORMED : [...STRIPPED, ...TRANSFORMED])("not: %s", (_, file) => {
    expect(outcomes.get(file)).toMatchObject({ isTyped: true, error: expect.stringContaining("install tsx") });
  });
});

describe("a program that tsx runs", () => {
  it("loads TypeScript on threads by that tsx, also when the project has none", async () => {
    const tsx = new URL("../../../node_modules/tsx/dist/cli.mjs", import.meta.url).pathname;
    const { run } = given();
    const outcomes = await run(tsx, "driver.mjs", "./types.ts", "./enums.ts");
    expect(outcomes).toBe('["./types.ts",{"reply":42}]\n["./enums.ts",{"reply":42}]\n');
  });
});

describe("one file with the program and the actor", () => {
  const ONE = `
    import { isMainThread } from "node:worker_threads";
    import { ActorSystem, actor, onThread } from "@pneumatic/actors";
    const doubler = actor({ on: { double: (_, { n }) => n * 2 } });
    export default doubler;
    if (GUARD) {
      const system = new ActorSystem({ logLevel: "silent" });
      const address = system.spawn(onThread(import.meta.url));
      console.log(await address.ask({ type: "double", n: 21 }));
      address.drop();
    }
  `;

  it("loads by its own import.meta.url", async () => {
    using made = project({ "one.js": ONE.replace("GUARD", "isMainThread") });
    expect(await made.run("one.js")).toBe("42\n");
  });

  it("is refused to spawn itself on its thread, under whatever URL, and told what to do", async () => {
    const unguarded = ONE.replace("GUARD", "true").concat("enum Refused { Once }");
    using made = project({ "one.ts": unguarded }, ["tsx"]);
    const outcome = (await made.outcomes(["./one.js"])).get("./one.js");
    expect(outcome).toMatchObject({
      isTyped: true,
      error: expect.stringMatching(/ThreadLimitError: .* stands behind if \(isMainThread\)/),
    });
  });
});
