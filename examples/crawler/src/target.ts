/** What to crawl: a web address, a folder, or the documentation that npm ships inside itself. */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { readAddress } from "./web-address.ts";

export type Target =
  | { readonly kind: "web"; readonly url: string }
  | { readonly kind: "folder"; readonly folder: string };

/** Makes a target of the argument of the command line; throws when it is neither an address nor a folder. */
export async function resolveTarget(argument: string | undefined): Promise<Target> {
  if (argument === undefined) return { kind: "folder", folder: await npmDocumentation() };
  if (/^https?:\/\//i.test(argument)) return { kind: "web", url: webTarget(argument) };
  const folder = resolve(argument);
  if (await isFolder(folder)) return { kind: "folder", folder };
  throw new Error(`Cannot crawl "${argument}": it is neither an http(s) address nor a folder`);
}

function webTarget(argument: string): string {
  const url = readAddress(argument);
  if (!url.ok) throw new Error(`Cannot crawl ${url.error}`);
  url.value.hash = "";
  return url.value.href;
}

/** The HTML documentation inside the npm that runs this program, or that is installed beside Node. */
async function npmDocumentation(): Promise<string> {
  for (const find of [runningNpm, npmBesideNode, npmOnThePath, npmAsPackage]) {
    const root = await find().catch(() => undefined);
    const folder = root && join(root, "docs", "output");
    if (folder && (await isFolder(folder))) return folder;
  }
  throw new Error("Cannot find the documentation of npm. Name a web address or a folder: npm start -- ./some/site");
}

async function runningNpm(): Promise<string | undefined> {
  const script = process.env["npm_execpath"];
  return script && dirname(dirname(script));
}

async function npmBesideNode(): Promise<string> {
  return join(dirname(dirname(process.execPath)), "lib", "node_modules", "npm");
}

async function npmOnThePath(): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["root", "--global"]);
  return join(stdout.trim(), "npm");
}

async function npmAsPackage(): Promise<string> {
  return dirname(createRequire(import.meta.url).resolve("npm/package.json"));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
