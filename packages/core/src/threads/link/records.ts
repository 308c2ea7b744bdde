/** What the records of a link are, and what they say. */
import { HEADER } from "./ring.ts";

/** The bytes of a record that is no message: its payload is one word, `n`. Each but SKIP is about one channel. */
export const CONTROL_SIZE: number = HEADER + 4;

/** A message that the codec has written. Sender to receiver, as all up to LEFT. */
export const MESSAGE = 1;
/** A message that went through the port: the oldest there that no record has claimed yet. */
export const ASIDE = 2;
/** Somebody wants `n` slots. */
export const REQUEST = 3;
/** `n` slots are given back unused. */
export const RETURN = 4;
/** No sender is left on this side, and nothing more comes. */
export const SENDERS_GONE = 5;
/** `n` slots to use. Receiver to sender, as all below. */
export const GRANT = 6;
/** Somebody else wants slots: what is not used is to be returned. */
export const REVOKE = 7;
/** The receiver is closed: nothing new. */
export const RECEIVER_CLOSED = 8;
/** The receiver was dropped. */
export const RECEIVER_DROPPED = 9;

// Of a rendezvous (rendezvous/desk.ts): sender to receiver, as all up to TAKEN.
/** The message before this record is offered, as `n`. */
export const OFFER = 10;
/** The offer `n` was withdrawn. */
export const OFFER_WITHDRAWN = 11;
/** The message before this record was sent for the credit, to the receive that waited. */
export const HANDED_OVER = 12;
/** From here `n` is the ticket of the thread that sends. */
export const ROW = 13;
/** The thread with the ticket `n` has died, and does not come for the credit. */
export const UNCLAIM = 14;
/** The offer `n` was taken. Receiver to sender. */
export const OFFER_TAKEN = 15;

/** What takes in the records of one channel: an inlet or an outlet. */
export interface Endpoint {
  message(value: unknown): void;
  control(kind: number, n: number): void;
  /** The other thread has ended; everything that it published was taken in. */
  lost(): void;
}

/** What goes instead of an end of a channel that moves. */
export interface Descriptor {
  readonly is: "sender" | "oneshot" | "receiver";
  /** The endpoint opposite; DISCONNECTED where nobody can send any more, GONE for an end that was dropped. */
  readonly id: number;
  readonly capacity: number;
  readonly cooperative: boolean;
  /** How many slots of the capacity the senders' side may use. */
  readonly credit: number;
  /** The desk of a rendezvous. */
  readonly table?: SharedArrayBuffer | undefined;
}
/** Throws for a record that the other side cannot have sent. */
export function must(isPossible: boolean, what: string): void {
  if (!isPossible) throw new Error(what);
}

export const NO_RECEIVER = -1;
export const DROPPED_END = -2;
