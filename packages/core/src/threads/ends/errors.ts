/** The errors of misuse of channels between threads. Whatever throws one has done nothing. */
import { brand } from "../../brand.ts";

/** Misuse: an end cannot go to another thread. It is still usable where it is. */
export class EndNotMovableError extends TypeError {
  static {
    brand(EndNotMovableError, "EndNotMovableError");
  }
  readonly kind = "endNotMovable" as const;
  readonly code = "ERR_CHANNEL_END_NOT_MOVABLE" as const;
  constructor(end: string, reason: string) {
    super(`Cannot move this ${end} to another thread: ${reason}`);
  }
}

/** Misuse: a thread was to block that must not, or that nobody could wake. */
export class CannotBlockError extends Error {
  static {
    brand(CannotBlockError, "CannotBlockError");
  }
  readonly kind = "cannotBlock" as const;
  readonly code = "ERR_CHANNEL_CANNOT_BLOCK" as const;
  constructor(reason: string) {
    super(`Cannot block this thread: ${reason}. Use recv()`);
  }
}
