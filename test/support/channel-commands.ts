/**
 * The commands of the model test, and what two subjects must offer to run them: the real channel and the naive model.
 * Commands are plain data with indices, so that a shrunk counterexample can be read and replayed.
 */

/** How a wait may end early; `signal` is an index. */
export interface Wait {
  readonly timeout?: number;
  readonly signal?: number;
}

export type Command =
  | { readonly do: "send"; readonly by: number; readonly wait: Wait }
  | { readonly do: "trySend"; readonly by: number }
  | { readonly do: "closed"; readonly by: number; readonly signal?: number }
  | { readonly do: "clone"; readonly by: number }
  | { readonly do: "dropSender"; readonly by: number }
  | { readonly do: "upgrade" }
  | { readonly do: "recv"; readonly wait: Wait }
  | { readonly do: "tryRecv" }
  | { readonly do: "tryIter"; readonly limit: number }
  | { readonly do: "iter"; readonly slot: number; readonly signal?: number }
  | { readonly do: "next"; readonly slot: number }
  | { readonly do: "return"; readonly slot: number }
  | { readonly do: "close" }
  | { readonly do: "dropReceiver" }
  | { readonly do: "abort"; readonly signal: number }
  | { readonly do: "advance"; readonly ms: number };

/** What both subjects show after each command. */
export interface Shape {
  readonly length: number;
  readonly isClosed: boolean;
  /** Per sender: whether it is disconnected; undefined once dropped. */
  readonly disconnected: readonly (boolean | undefined)[];
  readonly timers: number;
  /** Per signal. */
  readonly listeners: readonly number[];
}

/** How many iterators there are. */
export const SLOTS = 2;
/** How many signals there are at a time; an aborted one is replaced when it is aborted once more. */
export const SIGNALS = 2;

export interface Subject {
  /** What the promises of the operations so far have come to, in the order in which they settled. */
  readonly log: string[];
  /** Runs `command` as operation number `id`, which is also the value it sends; returns what is known at once. */
  run(id: number, command: Command): string;
  shape(): Shape;
}
