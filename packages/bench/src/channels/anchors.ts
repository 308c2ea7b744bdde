/**
 * The same work in Rust, Go and Erlang: programs in the folder `anchors`, built into a temporary folder when they are first
 * wanted, and left out where the toolchain is missing.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Entry } from "./channel-workload.ts";

const SOURCES = fileURLToPath(new URL("../../anchors/", import.meta.url));

type Task = "burst" | "bounded" | "senders" | "ping-pong" | "pipeline" | "select";
type Build = (folder: string) => readonly string[] | undefined;

/** Threads of the operating system, and `std::sync::mpsc`. */
export function rust(task: Task): Entry {
  return entry("rust std mpsc", task, rustProgram, "rustc is not installed");
}

/** Goroutines on this many threads. */
export function go(task: Task, threads: number, capacity = 64): Entry {
  const { anchor, ...rest } = entry(
    `go, ${threads} thread${threads === 1 ? "" : "s"}`,
    task,
    goProgram,
    "go is not installed",
  );
  const env = { GOMAXPROCS: String(threads) };
  return { ...rest, anchor: { ...anchor, args: [task, String(capacity)], env } };
}

/** Processes on one scheduler; a mailbox has no bound. */
export function erlang(task: Task): Entry {
  return entry("erlang", task, erlangProgram, "erl is not installed");
}

function entry(name: string, task: Task, program: ReturnType<typeof builtOnce>, missing: string) {
  return { name, role: "anchor", anchor: { command: program, args: [task], missing } } as const;
}

const rustProgram = builtOnce((folder) => {
  const program = join(folder, "channels-rust");
  return succeeds("rustc", ["--edition=2021", "-O", "-o", program, join(SOURCES, "channels.rs")])
    ? [program]
    : undefined;
});

const goProgram = builtOnce((folder) => {
  const program = join(folder, "channels-go");
  return succeeds("go", ["build", "-o", program, join(SOURCES, "channels.go")]) ? [program] : undefined;
});

const erlangProgram = builtOnce((folder) =>
  succeeds("erlc", ["-o", folder, join(SOURCES, "channels.erl")])
    ? ["erl", "+S", "1", "-noshell", "-pa", folder, "-run", "channels", "main"]
    : undefined,
);

/** Builds in a folder that is gone when this process is. */
function builtOnce(build: Build): () => readonly string[] | undefined {
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
