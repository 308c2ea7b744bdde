/**
 * The commands of the model test, and what two subjects must offer to run them: the real channels and the naive model.
 * Commands are plain data, so that a shrunk counterexample can be read and replayed. Every index is taken modulo the number
 * of what there is: handles, permits, receivers. Both subjects number them in the order in which they came to be.
 */

/** How a wait may end early; `signal` is an index. */
export interface Wait {
  readonly timeout?: number;
  readonly signal?: number;
}

/** Arms of a select, by the index of their receivers. */
type Arms = readonly number[];

export type Command =
  | { readonly do: "send"; readonly by: number; readonly wait: Wait }
  | { readonly do: "trySend"; readonly by: number }
  | { readonly do: "reserve"; readonly by: number; readonly count: number; readonly wait: Wait }
  | { readonly do: "tryReserve"; readonly by: number; readonly count: number }
  | { readonly do: "permitSend"; readonly permit: number }
  | { readonly do: "permitDrop"; readonly permit: number }
  | { readonly do: "permitsDrop"; readonly batch: number }
  | { readonly do: "closed"; readonly by: number; readonly signal?: number }
  | { readonly do: "clone"; readonly by: number }
  | { readonly do: "dropSender"; readonly by: number }
  | { readonly do: "upgrade"; readonly channel: number }
  | { readonly do: "recv"; readonly at: number; readonly wait: Wait }
  | { readonly do: "tryRecv"; readonly at: number }
  | { readonly do: "recvMany"; readonly at: number; readonly limit: number; readonly signal?: number }
  | { readonly do: "drain"; readonly at: number }
  | { readonly do: "tryIter"; readonly at: number; readonly limit: number }
  | { readonly do: "iter"; readonly at: number; readonly slot: number; readonly signal?: number }
  | { readonly do: "next"; readonly slot: number }
  | { readonly do: "return"; readonly slot: number }
  | { readonly do: "cloneReceiver"; readonly at: number }
  | { readonly do: "close"; readonly at: number }
  | { readonly do: "dropReceiver"; readonly at: number }
  | { readonly do: "select"; readonly arms: Arms; readonly biased: boolean; readonly wait: Wait }
  | { readonly do: "trySelect"; readonly arms: Arms; readonly biased: boolean }
  | { readonly do: "abort"; readonly signal: number }
  | { readonly do: "advance"; readonly ms: number };

/** A channel to open: how much it queues, and whether its receiver can be cloned. */
export interface Opening {
  readonly capacity: number;
  readonly shared: boolean;
}

/**
 * The timers that both subjects begin with, set at the time 1; everything else happens at even times, so that never two
 * things are due at once whose order nobody promises.
 */
export const TIMERS = [
  { ms: 6, interval: undefined },
  { ms: 22, interval: undefined },
  { ms: 4, interval: 4 },
  { ms: Number.POSITIVE_INFINITY, interval: undefined },
] as const;

/** What both subjects show after each command. */
export interface Shape {
  /** Per receiver: its length, and whether it is closed. */
  readonly receivers: readonly (readonly [length: number, isClosed: boolean])[];
  /** Per sender, undefined once dropped: its length, whether it is disconnected, and how many slots are free. */
  readonly senders: readonly (readonly [length: number, isDisconnected: boolean, available: number] | undefined)[];
  readonly timers: number;
  /** Per signal. */
  readonly listeners: readonly number[];
}

/** How many iterators there are. */
export const SLOTS = 2;
/** How many signals there are at a time; an aborted one is replaced when it is aborted once more. */
export const SIGNALS = 2;

/** What the channel calls the value that operation number `id` sends. */
export function payload(id: number): string {
  return `m${id}`;
}

/** The name of the arm at this place in a select. */
export function armName(place: number): string {
  return `arm${place}`;
}

/** What an index of a command means. */
export function at<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length];
}

/** How a batch of values is written down. */
export function many(values: readonly unknown[]): string {
  return ["many", ...values].join(" ");
}
