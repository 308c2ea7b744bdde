/** The error of a message that cannot go to another thread. It is thrown, since it is misuse and no outcome of a channel. */
import { brand } from "../../brand.ts";

/**
 * Misuse: a message that structured clone cannot copy, so that it cannot go to another thread. Nothing was sent.
 *
 * `path` leads from the message to the part that cannot be cloned, and `reason` says what that is.
 */
export class MessageNotCloneableError extends TypeError {
  static {
    brand(MessageNotCloneableError, "MessageNotCloneableError");
  }
  readonly kind = "messageNotCloneable" as const;
  readonly code = "ERR_CHANNEL_MESSAGE_NOT_CLONEABLE" as const;
  /** The way as in a program: `message.items[3].callback`. */
  readonly path: string;
  /** The part in words, as in "a function". */
  readonly reason: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`Cannot send to another thread: ${path} is ${reason}, which structured clone cannot copy`, options);
    this.path = path;
    this.reason = reason;
  }
}
