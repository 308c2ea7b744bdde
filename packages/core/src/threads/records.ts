/** The kinds of records. Each but SKIP is about one channel; `n` is the one word of payload of those that are no message. */

/** A message that the codec has written. Sender to receiver, as all up to LEFT. */
export const MESSAGE = 1;
/** A message that went through the port: the oldest there that no record has claimed yet. */
export const ASIDE = 2;
/** Somebody wants `n` slots. */
export const WANT = 3;
/** `n` slots are given back unused. */
export const RETURN = 4;
/** No sender is left on this side, and nothing more comes. */
export const LEFT = 5;
/** `n` slots to use. Receiver to sender, as all below. */
export const GRANT = 6;
/** Somebody else wants slots: what is not used is to be returned. */
export const RECALL = 7;
/** The receiver is closed: nothing new. */
export const CLOSED = 8;
/** The receiver was dropped. */
export const DROPPED = 9;

/** What takes in the records of one channel: an inlet or an outlet. */
export interface Endpoint {
  message(value: unknown): void;
  control(kind: number, n: number): void;
  /** The other thread has ended; everything that it published was taken in. */
  lost(): void;
}

/** What goes instead of an end of a channel that moves. */
export interface Portable {
  readonly is: "sender" | "receiver";
  /** The endpoint opposite; DISCONNECTED where nobody can send any more, GONE for an end that was dropped. */
  readonly id: number;
  readonly capacity: number;
  readonly cooperative: boolean;
  /** How many slots of the capacity the senders' side may use. */
  readonly room: number;
}
export const DISCONNECTED = -1;
export const GONE = -2;
