/** What goes wrong with messages between threads. Thrown, since neither is an outcome of a channel. */
import { brand } from "../../errors.ts";

/**
 * Misuse: a message that structured clone cannot copy, so that it cannot go to another thread. Nothing was sent.
 *
 * `path` leads from the message to what cannot be cloned, and `reason` says what that is.
 */
export class MessageNotCloneableError extends TypeError {
  static {
    brand(MessageNotCloneableError, "MessageNotCloneableError");
  }
  readonly kind = "messageNotCloneable" as const;
  readonly code = "ERR_CHANNEL_MESSAGE_NOT_CLONEABLE" as const;
  /** As in a program: `message.items[3].callback`. */
  readonly path: string;
  /** As in "a function". */
  readonly reason: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`Cannot send to another thread: ${path} is ${reason}, which structured clone cannot copy`, options);
    this.path = path;
    this.reason = reason;
  }
}

/** A broken invariant: bytes between two threads that no encoder wrote. What follows them cannot be read either. */
export class CorruptRecordError extends Error {
  static {
    brand(CorruptRecordError, "CorruptRecordError");
  }
  readonly kind = "corruptRecord" as const;
  readonly code = "ERR_CHANNEL_CORRUPT_RECORD" as const;
  /** Where in the memory, in bytes. */
  readonly at: number;
  constructor(at: number, what: string, options?: ErrorOptions) {
    super(`Cannot read the record of another thread: ${what} at byte ${at}`, options);
    this.at = at;
  }
}
