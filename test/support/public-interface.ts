/**
 * The public interface of the packages, read with the compiler from the declarations that they publish: the entries that users
 * may import, the names that each exports, the names that these mention, and the files that a compiler loads for an import.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript-6";
import { root } from "./source-files.ts";

/** A module that imports entries. Only the compiler sees it. */
const CONSUMER = join(root, "test", "consumer.mts");
const PACKAGES = join(root, "packages");
const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noLib: true, // names and files are read here, and no types are checked
  types: [],
};

/** A name as one block of text, without comments and private members. */
export interface DeclaredName {
  readonly name: string;
  readonly text: string;
}

export interface PublicInterface {
  /** Sorted by name. */
  readonly exported: readonly DeclaredName[];
  /** The names that the exported ones mention, directly or not, and that no entry exports. Sorted by name. */
  readonly unexported: readonly DeclaredName[];
}

/** Returns the entries that users may import, such as `@pneumatic/core/testing`. */
export function publicEntries(): string[] {
  return ["core", "actors"].flatMap((folder) => {
    const path = join(PACKAGES, folder, "package.json");
    const { name, exports } = JSON.parse(readFileSync(path, "utf8")) as { name: string; exports: object };
    const entries = Object.keys(exports).filter((entry) => !/^\.\/(?:internal|package\.json)/.test(entry));
    return entries.map((entry) => name + entry.slice(1));
  });
}

/** Returns the public interface of each public entry. */
export function publicInterfaces(): Map<string, PublicInterface> {
  const { exports, mentioned } = publicNames();
  return new Map(
    [...exports].map(([entry, exported]) => {
      const unexported = [...mentioned(exported.values())].map((symbol): [string, ts.Symbol] => [symbol.name, symbol]);
      return [entry, { exported: declared([...exported]), unexported: declared(unexported) }];
    }),
  );
}

/** Returns the declaration files of the packages that a compiler loads for `import entry`, such as `core/index`, sorted. */
export function loadedFiles(entry: string): string[] {
  return publishedFiles(programThatImports([entry]))
    .map(pathOf)
    .sort();
}

/** Returns what the files that a compiler loads for any public entry declare beside the public interface, by file. */
export function strayNames(): Map<string, string[]> {
  const { program, checker, exports, mentioned } = publicNames();
  const exported = [...exports.values()].flatMap((names) => [...names.values()]);
  const isPublic = new Set([...exported, ...mentioned(exported)]);
  const strays = publishedFiles(program).map((file): [string, string[]] => {
    const module = checker.getSymbolAtLocation(file);
    const names = module === undefined ? [] : checker.getExportsOfModule(module);
    return [pathOf(file), names.filter((each) => !isPublic.has(original(each, checker))).map(({ name }) => name)];
  });
  return new Map(strays.filter(([, names]) => names.length > 0));
}

interface PublicNames {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  /** The exported names of each public entry. */
  readonly exports: Map<string, Map<string, ts.Symbol>>;
  /** The names that `exported` mention, directly or not, and that no entry exports. */
  mentioned(exported: Iterable<ts.Symbol>): Set<ts.Symbol>;
}

function publicNames(): PublicNames {
  const entries = publicEntries();
  const program = programThatImports(entries);
  const checker = program.getTypeChecker();
  const exports = new Map(entries.map((entry) => [entry, exportsOf(entry, program)]));
  const isExported = new Set([...exports.values()].flatMap((names) => [...names.values()]));
  const mentioned = (exported: Iterable<ts.Symbol>): Set<ts.Symbol> => {
    const found = new Set<ts.Symbol>();
    const follow = (symbol: ts.Symbol): void => {
      for (const mention of mentions(symbol, checker)) if (!isExported.has(mention)) found.add(mention);
    };
    for (const symbol of exported) follow(symbol);
    for (const symbol of found) follow(symbol); // grows meanwhile
    return found;
  };
  return { program, checker, exports, mentioned };
}

function programThatImports(entries: readonly string[]): ts.Program {
  const text = entries.map((entry) => `import {} from "${entry}";`).join("\n");
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (path) => path === CONSUMER || fileExists(path);
  host.getSourceFile = (path, version, ...rest) =>
    path === CONSUMER ? ts.createSourceFile(path, text, version) : getSourceFile(path, version, ...rest);
  return ts.createProgram([CONSUMER], OPTIONS, host);
}

function publishedFiles(program: ts.Program): ts.SourceFile[] {
  return program.getSourceFiles().filter(isPublished);
}

function isPublished({ fileName }: ts.SourceFile): boolean {
  return fileName.startsWith(`${PACKAGES}/`);
}

function pathOf({ fileName }: ts.SourceFile): string {
  return relative(PACKAGES, fileName)
    .replace("/dist/", "/")
    .replace(/\.d\.ts$/, "");
}

/** The exported names of an entry. */
function exportsOf(entry: string, program: ts.Program): Map<string, ts.Symbol> {
  const checker = program.getTypeChecker();
  const imports = program.getSourceFile(CONSUMER)?.statements.filter(ts.isImportDeclaration) ?? [];
  const specifier = imports.map((each) => each.moduleSpecifier as ts.StringLiteral).find(({ text }) => text === entry);
  const module = specifier && checker.getSymbolAtLocation(specifier);
  if (module === undefined) throw new Error(`${entry} cannot be resolved: build the packages first`);
  return new Map(checker.getExportsOfModule(module).map((each) => [each.name, original(each, checker)]));
}

function original(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The names at the top of a module of the packages that the declaration of `symbol` mentions. */
function mentions(symbol: ts.Symbol, checker: ts.TypeChecker): Set<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    const local = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    const mention = local && original(local, checker);
    if (mention !== undefined && isTopLevel(mention)) found.add(mention);
    ts.forEachChild(node, visit);
  };
  for (const statement of statementsOf(symbol)) visit(statement);
  found.delete(symbol);
  return found;
}

function isTopLevel(symbol: ts.Symbol): boolean {
  return statementsOf(symbol).some((statement) => isPublished(statement.getSourceFile()));
}

/** The statements that declare `symbol`, if it is a name at the top of a module. */
function statementsOf({ declarations = [] }: ts.Symbol): ts.Statement[] {
  return declarations
    .map((each) => (ts.isVariableDeclaration(each) ? each.parent.parent : each))
    .filter((each): each is ts.DeclarationStatement => ts.isSourceFile(each.parent));
}

function declared(names: readonly [string, ts.Symbol][]): DeclaredName[] {
  const printer = ts.createPrinter({ removeComments: true });
  const textOf = (statement: ts.Statement): string => {
    tuplesOnOneLine(statement);
    const text = printer.printNode(ts.EmitHint.Unspecified, withoutPrivate(statement), statement.getSourceFile());
    return text.replace(/^(?:export )?(?:declare )?/, "");
  };
  return names
    .map(([name, symbol]) => {
      const blocks = statementsOf(symbol).map(textOf);
      return { name, text: [...(name === symbol.name ? [] : [`// ${symbol.name} as ${name}`]), ...blocks].join("\n") };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function tuplesOnOneLine(node: ts.Node): void {
  if (ts.isTupleTypeNode(node)) ts.setEmitFlags(node, ts.EmitFlags.SingleLine);
  ts.forEachChild(node, tuplesOnOneLine);
}

function withoutPrivate(statement: ts.Statement): ts.Statement {
  if (!ts.isClassDeclaration(statement)) return statement;
  const { modifiers, name, typeParameters, heritageClauses, members } = statement;
  const visible = members.filter((member) => member.name === undefined || !ts.isPrivateIdentifier(member.name));
  return ts.factory.updateClassDeclaration(statement, modifiers, name, typeParameters, heritageClauses, visible);
}
