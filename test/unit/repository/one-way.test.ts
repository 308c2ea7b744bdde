/**
 * Imports go one way. A room is a folder below `src`, or a file directly in it; the floors in docs/ARCHITECTURE.md say which rooms
 * each may import. Types count, since a reader follows them like any other import.
 */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import type { SourceFile } from "../../support/source-files.ts";
import { filesBelow, importsWithTypes, root } from "../../support/source-files.ts";

/** The one knot of files: an actor, its lives and its end. */
const KNOT = "packages/actors/src/cell";

/** The rooms of `folder`, by line of the document from the top. */
function floorsOf(folder: string): string[][] {
  const text = readFileSync(join(root, "docs/ARCHITECTURE.md"), "utf8");
  const [, lines = ""] = new RegExp(`^\`\`\`text\n${folder}\n(.*?)\`\`\`$`, "ms").exec(text) ?? [];
  return lines
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
}

function roomOf(path: string, folder: string): string {
  return dirname(path) === folder ? relative(folder, path) : `${relative(folder, dirname(path))}/`;
}

/** Each group of files of which every one reaches every other. */
function circlesOf(files: readonly SourceFile[]): string[][] {
  const imports = new Map(files.map((file) => [file.path, importsWithTypes(file)]));
  const reached = new Map(
    files.map(({ path }) => {
      const found = new Set(imports.get(path));
      for (const each of found) for (const next of imports.get(each) ?? []) found.add(next); // grows meanwhile
      return [path, found];
    }),
  );
  const circles = [...reached].map(([path, found]) => [...found].filter((each) => reached.get(each)?.has(path)).sort());
  return [...new Map(circles.filter(({ length }) => length > 0).map((circle) => [circle[0], circle])).values()];
}

describe.each(["packages/core/src", "packages/actors/src"])("%s", (folder) => {
  const files = filesBelow(folder, "ts");
  const floors = floorsOf(folder);
  const rooms = new Set(files.map(({ path }) => roomOf(path, folder)));

  it("has the rooms that the architecture lists", () => {
    expect(floors.flat().sort()).toEqual([...rooms].sort());
  });

  it("imports nothing from its own floor or from above, types included", () => {
    const floorOf = (path: string): number => floors.findIndex((floor) => floor.includes(roomOf(path, folder)));
    const upward = files.flatMap((file) =>
      importsWithTypes(file)
        .filter((to) => to.startsWith(`${folder}/`) && roomOf(to, folder) !== roomOf(file.path, folder))
        .filter((to) => floorOf(to) <= floorOf(file.path))
        .map((to) => `${file.path} → ${to}`),
    );
    expect(upward).toEqual([]);
  });

  it("has no circle of files, types included, but for the one of an actor's life", () => {
    const circles = circlesOf(files).filter((circle) => !circle.every((path) => path.startsWith(`${KNOT}/`)));
    expect(circles).toEqual([]);
  });
});
