/** The actor of `test/threads/actors/fixtures/address-owner.mjs`: it owns one address, and does with it what its messages ask for. */
import type { Address, Definition, WeakAddress } from "@pneumatic/actors";
import { actor, onThread } from "@pneumatic/actors";
import { fixtures } from "./thread-worker.ts";

export interface Listener {
  see(payload: { n: number }): void;
  seen(): number[];
  heard(payload: { said: readonly unknown[] }): void;
  keep(payload: { to: Address<Listener> }): void;
}

interface AddressOwner {
  generation(): number;
  see(payload: { n: number }): void;
  seen(): number[];
  keep(payload: { to: Address<Listener> }): void;
  keepWeak(payload: { to: WeakAddress<Listener> }): void;
  forget(payload: { to: Address<Listener> }): void;
  release(): void;
  tell(payload: { n: number }): void;
  sendUnawaited(payload: { n: number }): void;
  stop(): void;
  exit(): void;
  block(): void;
  await(): void;
  lendLate(): Address<Listener>;
  askWith(payload: { third: Address<Listener>; timeout?: number }): string;
  pipe(payload: { n: number }): void;
  pipeAddress(): void;
  pipeLate(payload: { n: number }): void;
  failLater(): void;
  closedAfterDrop(): string;
  toil(payload: { n: number }): void;
  report(): void;
  collect(): void;
  exited(payload: { to: WeakAddress<Listener> }): string;
  spawnAtEnd(payload: { to: Address<Listener> }): void;
}

type Args = { readonly to?: Address<Listener>; readonly words?: Int32Array; readonly bad?: unknown } | undefined;
export const addressOwner = onThread<Definition<AddressOwner, Args>>(new URL("address-owner.mjs", fixtures));

/** Remembers in this thread what it was told. */
export const listener = actor({
  name: "listener",
  state: (): { seen: number[]; said: unknown[] } => ({ seen: [], said: [] }),
  on: {
    see: ({ state }, { n }: { n: number }) => void state.seen.push(n),
    seen: ({ state }) => state.seen,
    heard: ({ state }, { said }: { said: readonly unknown[] }) => void state.said.push(...said),
    said: ({ state }) => state.said,
    keep: ({ own }, { to }: { to: Address<Listener> }) => void own(to),
    /** Is at work until the first word is another. */
    hold: async (_, { words }: { words: Int32Array }) => {
      while (words[0] === 0) await new Promise(setImmediate);
    },
  },
});
