/** The actor of `test/threads/actors/fixtures/relay.mjs`, which does with others what it is told. */
import type { Address, Definition, SpawnOptions, WeakAddress } from "@pneumatic/actors";
import { actor, onThread } from "@pneumatic/actors";
import type { Receiver, Sender } from "@pneumatic/core";
import { fixtures } from "./thread-worker.ts";

export interface Seer {
  see(payload: { n: number }): unknown;
  seen(): number[];
}
interface Keeper {
  keep(payload: { to: Address<Seer> }): void;
}

/** What came of an ask on the other thread. */
export interface Outcome {
  readonly reply?: unknown;
  readonly error?: { readonly name: string; readonly code: string; readonly message: string; readonly cause?: string };
}
export type SentThere = "ok" | "AbortError" | "TimeoutError" | { kind: string; value: unknown };
type Message = { readonly type: string; readonly [key: string]: unknown };
type ChildOptions = SpawnOptions & { readonly args?: unknown };

export interface Relay extends Seer {
  generation(): number;
  keep(payload: { to: Address<Seer> }): void;
  keepWeak(payload: { to: WeakAddress<Seer> }): void;
  release(): void;
  forget(payload: { to: Address<Seer> }): void;
  ownWeak(): string;
  upgrade(): boolean;
  tell(payload: { n: number }): void;
  flood(payload: { from: number; count: number }): void;
  passOn(payload: { n: number }): void;
  ask(payload: { message: Message; timeout?: number }): Outcome;
  askSelf(): unknown;
  send(payload: { n: number; timeout?: number; abortMs?: number }): SentThere;
  try(payload: { n: number }): SentThere;
  give(payload: { to: Address<Seer> }): void;
  lend(): Address<Seer>;
  about(): { path: string; isDisconnected: boolean };
  introduce(): WeakAddress<Seer>;
  exited(): { kind: string };
  started(): unknown;
  closed(): string;
  watch(payload: { to?: Address<Seer> | WeakAddress<Seer> }): void;
  badWatch(): void;
  ended(payload: { kind: string }): void;
  ends(): string[];
  pipe(payload: { ms: number; n: number }): void;
  pipeFail(payload: { ms: number }): void;
  sort(payload: { n: number }): number;
  open(): void;
  openLater(): void;
  openLate(payload: { ms: number }): void;
  spawn(payload: { options?: ChildOptions }): string;
  spawnFails(payload: { options?: ChildOptions }): string;
  spawnThere(payload: { options?: ChildOptions }): string;
  spawnLoose(payload: { options?: ChildOptions }): Address<Seer>;
  sum(payload: { bytes: Uint8Array | ArrayBuffer }): number;
  buffer(payload: { size: number }): { bytes: Uint8Array };
  stashBuffer(payload: { bytes: ArrayBuffer }): void;
  exitWith(payload: { bytes: ArrayBuffer }): void;
  failWith(payload: { bytes: ArrayBuffer }): void;
  sendTo(payload: { sender: Sender<string>; values: string[] }): void;
  receive(payload: { receiver: Receiver<string> }): string[];
  channel(): { receiver: Receiver<string> };
  wait(payload: { ms: number }): void;
  waitAt(payload: { words: Int32Array }): void;
  waitHolding(payload: { ms: number; to: Address<Seer> }): void;
  waitForAbort(): void;
  fail(): void;
  failHolding(payload: { to: Address<Seer> }): void;
  exit(): void;
  hang(): void;
}

export type RelayDefinition = Definition<Relay, { to: Address<Keeper> | Address<Seer> } | undefined>;
export const relay = onThread<RelayDefinition>(new URL("relay.mjs", fixtures));

/** Remembers in this thread what it was told. */
export const seer = actor({
  name: "seer",
  state: (): { seen: number[]; isHeld: boolean } => ({ seen: [], isHeld: false }),
  on: {
    see: ({ state }, { n }: { n: number }) => {
      state.seen.push(n);
      return { n };
    },
    seen: ({ state }) => state.seen,
    fail: () => {
      throw new RangeError("the seer failed");
    },
    uncloneable: () => () => {},
    hold: ({ signal }) => new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
    wait: (_, { until }: { until: Promise<void> }) => until,
    give: (_, { back }: { back: Address<Seer> }) => back,
  },
});
