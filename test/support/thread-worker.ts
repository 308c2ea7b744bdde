/** The actor of `test/threads/actors/fixtures/worker.mjs`, and systems to run it in. */
import { availableParallelism } from "node:os";
import type { ActorSystemOptions, Address, Definition, SpawnOptions } from "@pneumatic/actors";
import { ActorSystem, onThread } from "@pneumatic/actors";
import { pino } from "pino";

/** What can be done to the thread. */
export type Harm =
  | "throw"
  | "reject"
  | "overflow"
  | "exit"
  | "outOfMemory"
  | "hang"
  | "floatingRejection"
  | "timerThrow"
  | "errorEvent"
  | "abort"
  | "uncloneable"
  | "exitLater"
  | "wait"
  | "regexp"
  | "hangAfterAwait"
  | "hangInTimer"
  | "native"
  | "starve";

/** What can go wrong when the handler has replied. */
export type LateHarm = "rejection" | "throw" | "exit";

export interface Worker {
  see(payload: { n: number }): { n: number; attempt: number };
  seen(): number[];
  about(): { label: string | undefined; path: string; generation: number };
  harm(payload: { how: Harm }): void;
  lastWords(payload: { how: Harm }): void;
  block(payload: { how: "plain" | "nested" | "failed" | "thenHangs" | "failedThenHangs"; ms: number }): void;
  harmLater(payload: { how: LateHarm }): void;
  wait(payload: { ms: number }): number;
  waitAt(payload: { words: Int32Array }): number;
  waitForAbort(): void;
  later(payload: { ms: number }): void;
  uncloneable(): void;
  fail(): void;
  sleep(payload: { ms: number }): number;
  doze(): void;
  stop(): void;
  supervise(): void;
  echo(payload: { value: unknown }): unknown;
}

export type WorkerDefinition = Definition<Worker, { label?: string } | undefined>;

export const fixtures: URL = new URL("../threads/actors/fixtures/", import.meta.url);
export const worker = onThread<WorkerDefinition>(new URL("worker.mjs", fixtures));

/** Enough restarts for any test, without waits. */
export const patient = {
  intensity: { restarts: 1000, withinMs: 60_000 },
  backoff: { initialMs: 0 },
} satisfies SpawnOptions;

/** A thread of its own with little memory. */
export const alone = { thread: "dedicated", resourceLimits: { maxOldGenerationSizeMb: 40 } } as const;

export const HEARTBEAT_MS = 1000;

/** A system that is quick to notice a hung thread; its log lines are collected. */
export function threadSystem(
  options: ActorSystemOptions = {},
): ActorSystem & { readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const system = new ActorSystem({ logger, threads: { heartbeatMs: HEARTBEAT_MS }, ...options });
  return Object.assign(system, { lines });
}

/** The failure of a promise that must fail. */
export async function failure(
  promise: Promise<unknown>,
): Promise<Error & { readonly cause?: Error & { how?: string } }> {
  const settled = await promise.then(
    () => undefined,
    (error) => error,
  );
  if (settled === undefined) throw new Error("the promise was to reject");
  return settled;
}

/** Two workers on one thread, the first named "culprit", the other "neighbour"; each other thread has one too. */
export async function sharing(
  system: ActorSystem,
  options: SpawnOptions = {},
): Promise<[Address<Worker>, Address<Worker>]> {
  const spawn = (name: string) => system.spawn(worker, { name, ...patient, ...options });
  const culprit = spawn("culprit");
  const others = Array.from({ length: availableParallelism() - 1 }, (_, n) => system.own(spawn(`other-${n}`)));
  const neighbour = spawn("neighbour");
  await Promise.all([culprit, neighbour, ...others].map((address) => address.started));
  return [culprit, neighbour];
}
