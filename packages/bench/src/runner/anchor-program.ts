/**
 * Programs of the folder `anchors`: built into a temporary folder when they are first wanted, and left out where the toolchain
 * is missing.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../anchors/", import.meta.url));

export type Program = () => readonly string[] | undefined;

export function rustProgram(name: string): Program {
  return builtOnce((folder) => {
    const program = join(folder, `${name}-rust`);
    const args = ["--edition=2021", "-O", "-o", program, join(SOURCES, `${name}.rs`)];
    return succeeds("rustc", args) ? [program] : undefined;
  });
}

export function goProgram(name: string): Program {
  return builtOnce((folder) => {
    const program = join(folder, `${name}-go`);
    return succeeds("go", ["build", "-o", program, join(SOURCES, `${name}.go`)]) ? [program] : undefined;
  });
}

/** Runs `main` of a module on one scheduler, with what follows as its arguments. */
export function erlangProgram(name: string): Program {
  return builtOnce((folder) =>
    succeeds("erlc", ["-o", folder, join(SOURCES, `${name}.erl`)])
      ? ["erl", "+S", "1", "-noshell", "-pa", folder, "-run", name, "main"]
      : undefined,
  );
}

/** Builds in a folder that is gone when this process is. */
function builtOnce(build: (folder: string) => readonly string[] | undefined): Program {
  let built: { readonly command: readonly string[] | undefined } | undefined;
  return () => {
    if (built === undefined) {
      const folder = mkdtempSync(join(tmpdir(), "pneumatic-bench-"));
      process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
      built = { command: build(folder) };
    }
    return built.command;
  };
}

/** Whether a compiler is there and content. What it complains about is shown. */
function succeeds(compiler: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(compiler, args, { stdio: ["ignore", "ignore", "inherit"] });
  return error === undefined && status === 0;
}
