/** A channel for one value, once: the reply to a request, the end of a task. */
import type { SendError, UseAfterDropError } from "./errors.ts";
import { Channel } from "./internal/channel.ts";
import { oneshotSender } from "./internal/oneshot-sender.ts";
import { ChannelReceiver } from "./internal/receiver.ts";
import type { Receiver } from "./receiver.ts";
import type { Result } from "./result.ts";

/** The end that sends the one value of a {@link oneshot}. It has no `clone`. */
export interface OneshotSender<in T> extends Disposable {
  /**
   * Sends the value and is used up: whatever is called afterwards throws {@link UseAfterDropError}. Returns
   * {@link SendError} with the value when the receiver is gone.
   */
  send<V extends T>(value: V): Result<void, SendError<V>>;
  /** Gives up without a value: the receiver disconnects. Idempotent, and does nothing once `send` was called. */
  drop(): void;
  /** Resolves when the receiver is closed or dropped, so that nobody wants the value any more. */
  closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Whether the receiver is closed or dropped. */
  readonly isDisconnected: boolean;
}

/** The end that receives the one value of a {@link oneshot}; it is an arm for `select` as any receiver. */
export interface OneshotReceiver<out T>
  extends Pick<Receiver<T>, "recv" | "recvTimeout" | "tryRecv" | "close" | "drop" | "isEmpty" | "isClosed">,
    Disposable {}

/**
 * A channel that carries one value. The sender is used up by sending it; dropped without, the receiver disconnects, and
 * after its value too. (After tokio's `oneshot`.)
 *
 * @example
 * ```ts
 * import { oneshot } from "@pneumatic/core";
 *
 * const [reply, replied] = oneshot<string>();
 * reply.send("done");
 * console.log(await replied.recv()); // { ok: true, value: "done" }
 * console.log((await replied.recv()).ok); // false: there is no other
 * ```
 */
export function oneshot<T>(): [OneshotSender<T>, OneshotReceiver<T>] {
  const shared = new Channel<T>(Number.POSITIVE_INFINITY);
  return [oneshotSender(shared), new ChannelReceiver(shared)];
}
