/** Every flavor of channel, for the tests of what all of them promise. */
import type { AnySender, MpmcReceiver, Receiver, SyncSender } from "@pneumatic/core";
import { channel, mpmc, syncChannel } from "@pneumatic/core";

/** What `Sender` and `SyncSender` have in common. */
export interface EitherSender<in T> extends AnySender<T> {
  clone(): EitherSender<T>;
  downgrade(): { upgrade(): EitherSender<T> | undefined };
  sameChannel(other: AnySender<never>): boolean;
  readonly length: number;
  readonly capacity: number | undefined;
}

export interface Flavor {
  readonly name: string;
  /** How many values it queues. */
  readonly room: number;
  open<T>(): [EitherSender<T>, Receiver<T>];
}

export interface SyncFlavor extends Flavor {
  open<T>(): [SyncSender<T>, Receiver<T>];
}

function bounded(name: string, capacity: number): SyncFlavor {
  return { name, room: capacity, open: <T>() => syncChannel<T>(capacity) };
}

export const UNBOUNDED: Flavor = { name: "unbounded", room: Number.POSITIVE_INFINITY, open: <T>() => channel<T>() };
export const RENDEZVOUS: SyncFlavor = bounded("rendezvous", 0);
/** The flavors that queue, with a limit. */
export const BOUNDED_FLAVORS: readonly SyncFlavor[] = [bounded("bounded to 1", 1), bounded("bounded to 3", 3)];
/** The flavors whose sends may wait. */
export const SYNC_FLAVORS: readonly SyncFlavor[] = [...BOUNDED_FLAVORS, RENDEZVOUS];
export const FLAVORS: readonly Flavor[] = [UNBOUNDED, ...SYNC_FLAVORS];

/** A flavor whose receiver can be cloned. */
export interface MpmcFlavor extends Flavor {
  open<T>(): [EitherSender<T>, MpmcReceiver<T>];
}

export const MPMC_FLAVORS: readonly MpmcFlavor[] = [
  { ...UNBOUNDED, open: <T>() => mpmc.channel<T>() },
  ...SYNC_FLAVORS.map(({ name, room }) => ({ name, room, open: <T>() => mpmc.syncChannel<T>(room) })),
];
