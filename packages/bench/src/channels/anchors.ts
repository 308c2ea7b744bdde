/** The same work in Rust, Go and Erlang. */
import type { Program } from "../runner/anchor-program.ts";
import { erlangProgram, goProgram, rustProgram } from "../runner/anchor-program.ts";
import type { Entry } from "./channel-workload.ts";

type Task = "burst" | "bounded" | "senders" | "ping-pong" | "pipeline" | "select";

const inRust = rustProgram("channels");
const inGo = goProgram("channels");
const inErlang = erlangProgram("channels");

/** Threads of the operating system, and `std::sync::mpsc`. */
export function rust(task: Task): Entry {
  return entry("rust std mpsc", task, inRust, "rustc is not installed");
}

/** Goroutines on this many threads. */
export function go(task: Task, threads: number, capacity = 64): Entry {
  const { anchor, ...rest } = entry(
    `go, ${threads} thread${threads === 1 ? "" : "s"}`,
    task,
    inGo,
    "go is not installed",
  );
  const env = { GOMAXPROCS: String(threads) };
  return { ...rest, anchor: { ...anchor, args: [task, String(capacity)], env } };
}

/** Processes on one scheduler; a mailbox has no bound. */
export function erlang(task: Task): Entry {
  return entry("erlang", task, inErlang, "erl is not installed");
}

function entry(name: string, task: Task, program: Program, missing: string) {
  return { name, role: "anchor", anchor: { command: program, args: [task], missing } } as const;
}
