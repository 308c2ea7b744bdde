/** Runs one contender in a process of its own and always comes back: what hangs is killed, what dies is reported. */
import type { ChildProcess } from "node:child_process";
import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { after } from "./clock.ts";
import type { Outcome } from "./outcome.ts";
import { isOutcome } from "./outcome.ts";
import type { Anchor, Contender } from "./suite.ts";

const CONTENDER = fileURLToPath(new URL("contender.js", import.meta.url));

/** What runs now, so that it does not outlive this process: a busy child never notices that its parent has gone. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

export interface RoundOptions {
  /** Milliseconds after which a process is killed. */
  readonly limitMs: number;
  /** Whether one small run is enough. */
  readonly isQuick: boolean;
  /** Flags for the processes of Node. */
  readonly nodeFlags: readonly string[];
}

function follow(child: ChildProcess): void {
  running.add(child);
  child.on("exit", () => running.delete(child));
}

export function runContender(
  suite: string,
  workload: string,
  contender: Contender,
  options: RoundOptions,
): Promise<Outcome> {
  if (contender.anchor !== undefined) return runAnchor(contender.anchor, options.limitMs);
  const child = fork(CONTENDER, [suite, workload, contender.name, ...(options.isQuick ? ["quick"] : [])], {
    execArgv: [...options.nodeFlags],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  return new Promise((resolve) => {
    follow(child);
    let complaint = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2000);
    });
    // SIGKILL: a process that is busy in microtasks never gets to handle a gentler signal.
    const cancel = after(options.limitMs, () => {
      resolve({ kind: "hung", reason: `not done within ${options.limitMs / 1000} s, killed` });
      child.kill("SIGKILL");
    });
    child.on("message", (message) => {
      if (isOutcome(message)) resolve(message);
    });
    child.on("error", (error) => resolve({ kind: "failed", reason: error.message }));
    child.on("exit", (code, signal) => {
      cancel();
      if (code === 0 || code === 13) resolve({ kind: "hung", reason: "waits for what never comes" });
      resolve({ kind: "failed", reason: lastLine(complaint) ?? `ended with ${signal ?? code}` });
    });
  });
}

function runAnchor(anchor: Anchor, limitMs: number): Promise<Outcome> {
  const [program, ...args] = anchor.command() ?? [];
  if (program === undefined) return Promise.resolve({ kind: "absent", reason: anchor.missing });
  const child = spawn(program, [...args, ...anchor.args], {
    env: { ...process.env, ...anchor.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((resolve) => {
    follow(child);
    let output = "";
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2000);
    });
    const cancel = after(limitMs, () => {
      resolve({ kind: "hung", reason: `not done within ${limitMs / 1000} s, killed` });
      child.kill("SIGKILL");
    });
    child.on("error", (error) => resolve({ kind: "failed", reason: error.message }));
    child.on("close", (code) => {
      cancel();
      const [operations = Number.NaN, nanoseconds = Number.NaN] = output.trim().split(/\s+/).map(Number);
      const operationsPerSecond = (operations / nanoseconds) * 1e9;
      if (code === 0 && operationsPerSecond > 0) {
        resolve({ kind: "figure", figure: { operationsPerSecond, runs: 1, extra: {} } });
      }
      resolve({ kind: "failed", reason: lastLine(complaint) ?? `ended with ${code}` });
    });
  });
}

function lastLine(text: string): string | undefined {
  return text
    .trim()
    .split("\n")
    .findLast((line) => /error/i.test(line));
}
