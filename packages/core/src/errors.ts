/**
 * Every error of a channel, in two families.
 *
 * Outcomes (`SendError` to `TryRecvError`) travel inside a `Result`. They are errors by prototype, made without a stack:
 * a full channel is no accident, and a stack costs more than the send. `unwrap` adds one. Outcomes without a payload are
 * frozen and shared. Misuse (`UseAfterDropError` and below) is thrown, or rejects if a promise is returned.
 *
 * Each class is branded by a registered symbol, so two copies of this package agree on `instanceof`.
 */
import { brand, shown } from "./brand.ts";

type ErrorKind = "disconnected" | "timeout" | "full" | "empty";

/** An `Error` by prototype that captures no stack. */
abstract class StacklessError<K extends ErrorKind> {
  declare readonly name: string;
  declare readonly stack?: string;
  declare readonly cause?: unknown;
  readonly kind: K;
  constructor(kind: K) {
    this.kind = kind;
  }
  get code(): `ERR_CHANNEL_${Uppercase<K>}` {
    return `ERR_CHANNEL_${this.kind.toUpperCase() as Uppercase<K>}`;
  }
}
Object.setPrototypeOf(StacklessError.prototype, Error.prototype);

const UNSENT_REASONS = {
  disconnected: "the receiver was closed or dropped",
  timeout: "the channel stayed full for the whole timeout",
  full: "the channel is full",
};

abstract class Unsent<T, K extends keyof typeof UNSENT_REASONS> extends StacklessError<K> {
  readonly value: T;
  constructor(kind: K, value: T) {
    super(kind);
    this.value = value;
  }
  get message(): string {
    return `Cannot send: ${UNSENT_REASONS[this.kind]}`;
  }
}

const NOT_RECEIVED_REASONS = {
  disconnected: "every sender was dropped and nothing is left",
  timeout: "nothing came within the timeout",
  empty: "the channel is empty",
};

abstract class NotReceived<K extends keyof typeof NOT_RECEIVED_REASONS> extends StacklessError<K> {
  get message(): string {
    return `Cannot receive: ${NOT_RECEIVED_REASONS[this.kind]}`;
  }
}

/** A message that was not sent, in `value`, because the receiver is gone. A retry cannot succeed. */
export class SendError<out T> extends Unsent<T, "disconnected"> implements Error {
  static {
    brand(SendError, "SendError");
  }
  constructor(value: T) {
    super("disconnected", value);
  }
}

/** A message that was not sent, in `value`, because no room became free within its time. A retry is safe. */
export class SendTimeoutError<out T> extends Unsent<T, "timeout"> implements Error {
  static {
    brand(SendTimeoutError, "SendTimeoutError");
  }
  constructor(value: T) {
    super("timeout", value);
  }
}

/** A message that could not be sent at once, in `value`. A retry is safe when `kind` is `"full"`. */
export class TrySendError<out T> extends Unsent<T, "full" | "disconnected"> implements Error {
  static {
    brand(TrySendError, "TrySendError");
  }
}

/** Nothing is left to receive and nothing will come. */
export class RecvError extends NotReceived<"disconnected"> implements Error {
  static {
    brand(RecvError, "RecvError");
  }
  constructor() {
    super("disconnected");
  }
}

/** Nothing came within the timeout. The channel is as it was. */
export class RecvTimeoutError extends NotReceived<"timeout"> implements Error {
  static {
    brand(RecvTimeoutError, "RecvTimeoutError");
  }
  constructor() {
    super("timeout");
  }
}

/** Nothing to receive at this moment (`"empty"`) or ever again (`"disconnected"`). */
export class TryRecvError extends NotReceived<"empty" | "disconnected"> implements Error {
  static {
    brand(TryRecvError, "TryRecvError");
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
    super(`${what} must be ${expected}, not ${shown(given)}`);
  }
}
