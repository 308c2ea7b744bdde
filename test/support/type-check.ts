/** Programs that are type-checked as a user's are: by the compiler's own command, against the declarations that were built. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./source-files.ts";

const run = promisify(execFile);

/** Type-checks `files` together, each a name and its text, in a folder of its own; resolves to what the compiler prints. */
export async function typeCheck(
  folder: string,
  files: Iterable<readonly [name: string, text: string]>,
  flags: readonly string[] = [],
): Promise<string> {
  const path = join(root, "test", ".type-checks", folder);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(path, name), text);
  const settings = {
    composite: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    incremental: false,
  };
  const imports = { rewriteRelativeImportExtensions: false, allowImportingTsExtensions: true, skipLibCheck: true };
  const compilerOptions = { ...settings, ...imports, noEmit: true, tsBuildInfoFile: null, noUnusedParameters: false };
  const config = { extends: "../../../tsconfig.base.json", compilerOptions, include: ["*.ts"] };
  writeFileSync(join(path, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const command = [tsc, "-p", ".", "--pretty", "false", ...flags];
  const { stdout } = await run(process.execPath, command, { cwd: path, maxBuffer: 2 ** 24 }).catch(
    (error) => error as { stdout: string },
  );
  return stdout;
}
