/** Runs programs in a process of their own, for promises about the life of a process. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PATIENCE_MS } from "./patience.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Exit {
  /** Null when the process had to be killed. */
  readonly code: number | null;
  readonly output: string;
}

type Variables = Readonly<Record<string, string>>;

/** Runs `source` as a module that can import the packages of this workspace; `variables` are added to its environment. */
export function runModule(source: string, variables?: Variables): Promise<Exit> {
  return runNode(["--input-type=module", "--eval", source], variables);
}

/** Runs `node` with these arguments in the root of the workspace, for so many milliseconds at most. */
export function runNode(args: readonly string[], variables: Variables = {}, timeout = PATIENCE_MS): Promise<Exit> {
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, args, { cwd: ROOT, timeout, env });
  let output = "";
  const append = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", append);
  child.stderr.on("data", append);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
