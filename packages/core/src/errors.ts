/**
 * Every error of a channel, in two families.
 *
 * Outcomes (`SendError` to `TryRecvError`) travel inside a `Result`. They are errors by prototype, made without a stack,
 * since a full channel is no accident and a stack costs more than the send; `unwrap` adds one. Those without a payload
 * are frozen and shared. Misuse (`UseAfterDropError` and below) is thrown, or rejects where a promise is returned.
 *
 * Each class is branded by a registered symbol, so two copies of this package agree on `instanceof`.
 */

/** Names an error class, and lets `instanceof` go by a registered symbol. */
export function brand(type: { readonly prototype: object }, name: string, owner = "@pneumatic/core"): void {
  const key = Symbol.for(`${owner}/${name}`);
  Object.defineProperty(type.prototype, key, { value: true });
  Object.defineProperty(type.prototype, "name", { value: name, configurable: true, writable: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, candidate: unknown) {
      if (this !== type) return Function.prototype[Symbol.hasInstance].call(this as () => void, candidate); // a subclass
      return typeof candidate === "object" && candidate !== null && key in candidate;
    },
  });
}

/** An `Error` by prototype that captures no stack. */
class Outcome {
  declare readonly name: string;
  declare readonly stack?: string;
  declare readonly cause?: unknown;
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}
Object.setPrototypeOf(Outcome.prototype, Error.prototype);

const RECEIVER_GONE = "Cannot send: the receiver was closed or dropped";
const SENDERS_GONE = "Cannot receive: every sender was dropped and nothing is left";

/** A message that was not sent, in `value`, because the receiver is gone. A retry cannot succeed. */
export class SendError<out T> extends Outcome implements Error {
  static {
    brand(SendError, "SendError");
  }
  readonly kind = "disconnected" as const;
  readonly code = "ERR_CHANNEL_DISCONNECTED" as const;
  readonly value: T;
  constructor(value: T) {
    super(RECEIVER_GONE);
    this.value = value;
  }
}

/** A message that was not sent, in `value`, because no room became free within its time. A retry is safe. */
export class SendTimeoutError<out T> extends Outcome implements Error {
  static {
    brand(SendTimeoutError, "SendTimeoutError");
  }
  readonly kind = "timeout" as const;
  readonly code = "ERR_CHANNEL_TIMEOUT" as const;
  readonly value: T;
  constructor(value: T) {
    super("Cannot send: the channel stayed full for the whole timeout");
    this.value = value;
  }
}

/** A message that could not be sent at once, in `value`. A retry is safe when `kind` is `"full"`. */
export class TrySendError<out T> extends Outcome implements Error {
  static {
    brand(TrySendError, "TrySendError");
  }
  readonly kind: "full" | "disconnected";
  readonly code: "ERR_CHANNEL_FULL" | "ERR_CHANNEL_DISCONNECTED";
  readonly value: T;
  constructor(kind: "full" | "disconnected", value: T) {
    super(kind === "full" ? "Cannot send at once: the channel is full" : RECEIVER_GONE);
    this.kind = kind;
    this.code = kind === "full" ? "ERR_CHANNEL_FULL" : "ERR_CHANNEL_DISCONNECTED";
    this.value = value;
  }
}

/** Nothing is left to receive and nothing will come. */
export class RecvError extends Outcome implements Error {
  static {
    brand(RecvError, "RecvError");
  }
  readonly kind = "disconnected" as const;
  readonly code = "ERR_CHANNEL_DISCONNECTED" as const;
  constructor() {
    super(SENDERS_GONE);
  }
}

/** Nothing came within the timeout. The channel is as it was. */
export class RecvTimeoutError extends Outcome implements Error {
  static {
    brand(RecvTimeoutError, "RecvTimeoutError");
  }
  readonly kind = "timeout" as const;
  readonly code = "ERR_CHANNEL_TIMEOUT" as const;
  constructor() {
    super("Cannot receive: nothing came within the timeout");
  }
}

/** Nothing to receive at this moment (`"empty"`) or ever again (`"disconnected"`). */
export class TryRecvError extends Outcome implements Error {
  static {
    brand(TryRecvError, "TryRecvError");
  }
  readonly kind: "empty" | "disconnected";
  readonly code: "ERR_CHANNEL_EMPTY" | "ERR_CHANNEL_DISCONNECTED";
  constructor(kind: "empty" | "disconnected") {
    super(kind === "empty" ? "Cannot receive at once: the channel is empty" : SENDERS_GONE);
    this.kind = kind;
    this.code = kind === "empty" ? "ERR_CHANNEL_EMPTY" : "ERR_CHANNEL_DISCONNECTED";
  }
}

/** Misuse: an end of a channel was used after its `drop()`. */
export class UseAfterDropError extends Error {
  static {
    brand(UseAfterDropError, "UseAfterDropError");
  }
  readonly kind = "useAfterDrop" as const;
  readonly code = "ERR_CHANNEL_USE_AFTER_DROP" as const;
  constructor(end: string, operation: string, fate = "was dropped") {
    super(`Cannot ${operation}: this ${end} ${fate}. Keep a clone() for yourself when you hand one on or drop it`);
  }
}

/** Misuse: a receive began while another on the same receiver was pending. The pending one is not disturbed. */
export class OverlappingRecvError extends Error {
  static {
    brand(OverlappingRecvError, "OverlappingRecvError");
  }
  readonly kind = "overlappingRecv" as const;
  readonly code = "ERR_CHANNEL_OVERLAPPING_RECV" as const;
  constructor() {
    super("Cannot receive: this Receiver already has a receive pending. It has one consumer: await each receive first");
  }
}

/** Misuse: a capacity, a timeout or another argument outside its range. */
export class InvalidArgumentError extends RangeError {
  static {
    brand(InvalidArgumentError, "InvalidArgumentError");
  }
  readonly kind = "invalidArgument" as const;
  readonly code = "ERR_CHANNEL_INVALID_ARGUMENT" as const;
  constructor(what: string, expected: string, given: unknown) {
    super(`${what} must be ${expected}, not ${typeof given === "string" ? JSON.stringify(given) : String(given)}`);
  }
}
