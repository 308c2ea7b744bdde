/**
 * `npm run behaviours`: writes docs/behaviours.md, which tells for each numbered behaviour of channels what it says and
 * which tests prove it. A test checks that the file is up to date.
 *
 * The behaviours are in test/unit/core/behaviours.json. A test names those it proves in a comment above it: `// 37, 41`, with
 * `// L5: why` where a word helps. It fails when a behaviour that must hold has no test and is not in the list
 * of those pending, when one that is pending or does not apply has a test, and when a comment names one that is unknown.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { root } from "./setup.mjs";

const FOLDERS = ["test/unit/core", "test/threads/core", "test/threads/processes"];
const DATA = "test/unit/core/behaviours.json";
const TABLE = "docs/behaviours.md";

const NUMBERS = /^\s*\/\/ ((?:L?\d+)(?:, L?\d+)*)(?::.*)?$/;
const LOOKS_LIKE_NUMBERS = /^\s*\/\/ (?:L?\d|L:)/;
const TEST = /^[ \t]*(?:test|it)\b(?=[.(])/gm;

const NEEDS = ["must", "nice", "n-a"];

/** The tests of one file that prove something: title, and the numbers in the comments right above. */
function testsIn(workspace, file) {
  const text = readFileSync(join(workspace, file), "utf8");
  const tests = [...text.matchAll(TEST)].map(({ 0: start, index }) => ({
    at: index + start.length,
    numbers: numbersAbove(text.slice(0, index)),
  }));
  const proofs = tests.filter(({ numbers }) => numbers.length > 0);
  return proofs.map(({ at, numbers }) => ({ file, title: titleAt(text, at), numbers }));
}

/** The first argument of the call at `position`, after members such as `.each(...)`. */
function titleAt(text, position) {
  let at = position;
  for (let member = ""; ; ) {
    const [, name] = /^\.(\w+)/.exec(text.slice(at)) ?? [];
    if (name !== undefined) {
      member = name;
      at += name.length + 1;
      continue;
    }
    const takesRows = ["each", "for", "skipIf", "runIf"].includes(member);
    if (!takesRows) break;
    at = endOfGroup(text, text[at] === "<" ? endOfTypes(text, at) : at);
    member = "";
  }
  const [, title] = /^\(\s*("(?:[^"\\]|\\.)*")/.exec(text.slice(at)) ?? [];
  if (title === undefined) throw new Error(`A test whose title is no literal: ${text.slice(position, position + 60)}`);
  return JSON.parse(title);
}

/** Where the type arguments that open at `start` end; an arrow among them closes nothing. */
function endOfTypes(text, start) {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "<") depth++;
    else if (text[at] === ">" && text[at - 1] !== "=" && --depth === 0) return at + 1;
  }
  throw new Error(`Type arguments that are not closed: ${text.slice(start, start + 60)}`);
}

/** Where the parentheses that open at `start` are closed again. Texts and comments within may contain others. */
function endOfGroup(text, start) {
  const token = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/.*|\/\*[\s\S]*?\*\/|[()]/g;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === "(") depth++;
    else if (found[0] === ")" && --depth === 0) return token.lastIndex;
  }
  throw new Error(`Parentheses that are not closed: ${text.slice(start, start + 60)}`);
}

function numbersAbove(text) {
  const numbers = [];
  const lines = text.split("\n").slice(0, -1);
  for (let line = lines.pop(); line !== undefined && /^\s*\/\//.test(line); line = lines.pop()) {
    const [, list] = NUMBERS.exec(line) ?? [];
    if (list !== undefined) numbers.push(...list.split(", "));
    else if (LOOKS_LIKE_NUMBERS.test(line)) throw new Error(`Not a list of behaviours: ${line.trim()}`);
  }
  return numbers;
}

/** What is wrong with the data, or with the tests according to it. */
function problemsOf(behaviours, pending, testsOf) {
  const problems = [];
  const known = new Map(behaviours.map((behaviour) => [behaviour.number, behaviour]));
  if (known.size < behaviours.length) problems.push(`A number is listed twice in ${DATA}`);
  for (const { number, need, because } of behaviours) {
    const tests = testsOf.get(number)?.length ?? 0;
    const isPending = pending.includes(number);
    if (!NEEDS.includes(need)) problems.push(`${number} is neither ${NEEDS.join(" nor ")}`);
    if ((need === "n-a") !== (because !== undefined))
      problems.push(`${number} does not apply if it says why, and then only`);
    if (need === "n-a" && tests > 0) problems.push(`${number} has a test, but is said not to apply`);
    if (need !== "n-a" && tests === 0 && !isPending) problems.push(`${number} has no test`);
    if (isPending && (tests > 0 || need === "n-a"))
      problems.push(`${number} is pending no more: take it off that list`);
  }
  for (const [number, [{ file }]] of testsOf) {
    if (!known.has(number)) problems.push(`${number}, in ${file}, is no behaviour`);
  }
  for (const number of pending) if (!known.has(number)) problems.push(`${number}, which is pending, is no behaviour`);
  return problems;
}

function rowOf({ number, need, says, because }, tests) {
  const last = need === "n-a" ? `Does not apply: ${because}` : proofOf(tests) || "Still to be written";
  return `| ${number} | ${escaped(says)} | ${last} |`;
}

/** One line for each file. */
function proofOf(tests) {
  const titles = new Map();
  for (const { file, title } of tests) titles.set(file, [...(titles.get(file) ?? []), escaped(title)]);
  const lines = [...titles].map(
    ([file, of]) => `[${file.slice(file.lastIndexOf("/") + 1)}](../${file}): ${of.join("; ")}`,
  );
  return lines.join("<br>");
}

function escaped(text) {
  return text.replace(/[\\|<>*_`$]/g, "\\$&");
}

function tableOf(sections, testsOf) {
  const parts = Object.entries(sections).map(([title, behaviours]) => {
    const rows = behaviours.map((behaviour) => rowOf(behaviour, testsOf.get(behaviour.number) ?? []));
    return [`## ${title}`, "", "| | Behaviour | Tests |", "| --- | --- | --- |", ...rows, ""].join("\n");
  });
  return `${INTRODUCTION}\n${parts.join("\n")}`;
}

const INTRODUCTION = `# What channels promise, and the tests that prove it

Written by \`npm run behaviours\` from [the list of behaviours](../${DATA}) and the comments above the tests; not to be edited.
A title with a placeholder stands for several tests, and most run once for every flavor of channel.
`;

/** Every file of tests that may prove something, from the root of the workspace. */
function filesOf(workspace) {
  const folders = FOLDERS.filter((folder) => existsSync(join(workspace, folder)));
  const files = folders.flatMap((folder) =>
    readdirSync(join(workspace, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  );
  return files
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".test.ts"))
    .sort();
}

/** Returns the table of a workspace, and what is wrong with it. Throws when a comment cannot be read. */
export function behavioursOf(workspace) {
  const { sections, pending } = JSON.parse(readFileSync(join(workspace, DATA), "utf8"));
  const testsOf = new Map();
  for (const test of filesOf(workspace).flatMap((file) => testsIn(workspace, file))) {
    for (const number of new Set(test.numbers)) testsOf.set(number, [...(testsOf.get(number) ?? []), test]);
  }
  const problems = problemsOf(Object.values(sections).flat(), pending, testsOf);
  return { table: tableOf(sections, testsOf), problems };
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  const { table, problems } = behavioursOf(root);
  writeFileSync(join(root, TABLE), table);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
