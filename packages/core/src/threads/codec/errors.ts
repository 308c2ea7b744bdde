/** The error of a message that cannot go to another thread. It is thrown, since it is misuse and no outcome of a channel. */
import { brand } from "../../brand.ts";

/**
 * Misuse: a message that structured clone cannot copy, so that it cannot go to another thread. Nothing was sent. More than 1,024
 * objects in one another count as such, since the other thread might not have the stack for them.
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
  /** `way` is "to another thread" when left out; `remedy` is a sentence. */
  constructor(
    path: string,
    reason: string,
    options?: ErrorOptions & { readonly way?: string; readonly remedy?: string },
  ) {
    const { way = "to another thread", remedy, ...others } = options ?? {};
    const advice = remedy === undefined ? "" : `. ${remedy}`;
    super(`Cannot send ${way}: ${path} is ${reason}, which structured clone cannot copy${advice}`, others);
    this.path = path;
    this.reason = reason;
  }
}
