/** The kinds of the records of a link, and the parts that both sides share: the endpoint, and the descriptor of an end. */
import { HEADER } from "./ring.ts";

/** The bytes of a record that is no message: its payload is one word, `n`. Each kind but SKIP is about one channel. */
export const CONTROL_SIZE: number = HEADER + 4;

/** A message that the codec has written. From the senders to the receiver, as all up to SENDERS_GONE. */
export const MESSAGE = 1;
/** A message that went through the port: the oldest one that no record has claimed yet. */
export const ASIDE = 2;
/** A request for `n` slots. */
export const REQUEST = 3;
/** `n` slots return unused. */
export const RETURN = 4;
/** No sender is left on this side, and nothing more comes. */
export const SENDERS_GONE = 5;
/** Credit: `n` slots to use. From the receiver to the senders, as all below. */
export const GRANT = 6;
/** Others want slots: unused ones are to be returned. */
export const REVOKE = 7;
/** The receiver is closed, and accepts nothing new. */
export const RECEIVER_CLOSED = 8;
/** The receiver was dropped. */
export const RECEIVER_DROPPED = 9;

// Of a rendezvous (rendezvous/shared-table.ts): from the senders to the receiver, as all up to OFFER_TAKEN.
/** The message before this record is an offer with the number `n`. */
export const OFFER = 10;
/** The offer `n` was withdrawn. */
export const OFFER_WITHDRAWN = 11;
/** The message before this record was sent for the claimed credit, to the receive that waited. */
export const HANDED_OVER = 12;
/** From here on `n` is the row of the sending thread. */
export const ROW = 13;
/** The thread with the row `n` has died, and does not use the credit that it has claimed. */
export const UNCLAIM = 14;
/** The offer `n` was taken. From the receiver to the senders. */
export const OFFER_TAKEN = 15;

/** The receiver of the records of one channel: an inlet or an outlet. */
export interface Endpoint {
  message(value: unknown): void;
  control(kind: number, n: number): void;
  /** True if its `lost` reports the error. */
  readonly reportsErrors?: boolean;
  /**
   * Ends: the other thread has ended, and all that it has published was taken in. Or something came from it that cannot be read,
   * as `error` says.
   */
  lost(error?: Error): void;
}

/** The form of an end between two threads. */
export interface Descriptor {
  readonly is: "sender" | "oneshot" | "receiver";
  /** The id of the endpoint on the other side; NO_RECEIVER if nobody can send any more, DROPPED_END for a dropped end. */
  readonly id: number;
  readonly capacity: number;
  readonly cooperative: boolean;
  /** The slots of the capacity that the senders' side may use. */
  readonly credit: number;
  /** The shared table of a rendezvous. */
  readonly table?: SharedArrayBuffer | undefined;
}

/** The id of a sender whose receiver is gone. */
export const NO_RECEIVER = -1;
/** The id of an end that was dropped. */
export const DROPPED_END = -2;

/** Throws for a record that the other side cannot have sent. */
export function must(isPossible: boolean, what: string): void {
  if (!isPossible) throw new Error(what);
}
