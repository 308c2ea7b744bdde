/**
 * Size is about ideas, not about lines: a class that needs more fields, members or imports than a reader can keep in mind is two
 * ideas. A file that goes above the limits all the same says why in its header, after "Above the limits:".
 */
import ts from "typescript-6";
import { describe, expect, it } from "vitest";
import type { SourceFile } from "../../support/source-files.ts";
import { filesBelow } from "../../support/source-files.ts";

const MOST_MUTABLE_FIELDS = 8;
const MOST_PUBLIC_MEMBERS = 20;
const MOST_IMPORTS = 15;
const MOST_LINES_OF_A_FUNCTION = 60;
const REASON = "Above the limits:";

const files = ["core", "actors"].flatMap((name) => filesBelow(`packages/${name}/src`, ".ts"));

function isHidden(member: ts.ClassElement): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const isHashed = member.name !== undefined && ts.isPrivateIdentifier(member.name);
  return isHashed || (ts.getCombinedModifierFlags(member) & hidden) !== 0;
}

function isMutable(member: ts.ClassElement): boolean {
  const fixed = ts.ModifierFlags.Readonly | ts.ModifierFlags.Static;
  return ts.isPropertyDeclaration(member) && (ts.getCombinedModifierFlags(member) & fixed) === 0;
}

/** Returns in what `file` goes above the limits. */
function excessesOf({ path, text }: SourceFile): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (what: string, count: number, most: number): void => {
    if (count > most) found.push(`${what}: ${count} of ${most}`);
  };
  const imported = source.statements
    .filter(ts.isImportDeclaration)
    .map(({ moduleSpecifier }) => moduleSpecifier.getText(source));
  note("imports", new Set(imported).size, MOST_IMPORTS);
  const visit = (node: ts.Node): void => {
    if (ts.isClassDeclaration(node)) {
      const seen = new Set(node.members.filter((member) => !isHidden(member)).map(({ name }) => name?.getText(source)));
      seen.delete(undefined); // constructors and static blocks
      note(`mutable fields of ${node.name?.text}`, node.members.filter(isMutable).length, MOST_MUTABLE_FIELDS);
      note(`public members of ${node.name?.text}`, seen.size, MOST_PUBLIC_MEMBERS);
    }
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const [from, to] = [node.getStart(source), node.end].map((at) => source.getLineAndCharacterOfPosition(at).line);
      const name = node.name?.getText(source) ?? "a function";
      note(`lines of ${name}`, (to as number) - (from as number) + 1, MOST_LINES_OF_A_FUNCTION);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("a source file", () => {
  const excesses = files.map((file) => ({ file, found: excessesOf(file) }));
  const hasReason = ({ text }: SourceFile): boolean => text.slice(0, text.indexOf("*/")).includes(REASON);

  it("stays within the limits, or says in its header why not", () => {
    const silent = excesses.filter(({ file, found }) => found.length > 0 && !hasReason(file));
    expect(silent.map(({ file, found }) => `${file.path}: ${found.join(", ")}`)).toEqual([]);
  });

  it("gives no reason for what it does not exceed", () => {
    const idle = excesses.filter(({ file, found }) => found.length === 0 && hasReason(file));
    expect(idle.map(({ file }) => file.path)).toEqual([]);
  });
});
