/** Receiving without the event loop: a worker thread that has nothing else to do sleeps until a value comes. */
import { isMainThread } from "node:worker_threads";
import type { RecvError, RecvTimeoutError } from "../errors.ts";
import { InvalidArgumentError, OverlappingRecvError, UseAfterDropError } from "../errors.ts";
import type { Waker } from "../internal/channel.ts";
import { platformClock } from "../internal/clock.ts";
import { checkArgument, milliseconds } from "../internal/options.ts";
import { ChannelReceiver, RECV_DISCONNECTED, RECV_TIMED_OUT } from "../internal/receiver.ts";
import type { Source } from "../internal/source.ts";
import { CLOSED, NOTHING } from "../internal/source.ts";
import type { Receiver } from "../receiver.ts";
import type { Result } from "../result.ts";
import { Bridge } from "./ends/bridge.ts";
import { CannotBlockError } from "./ends/errors.ts";
import { block, drainAll } from "./link/wake.ts";

/**
 * Takes the next value; blocks this worker thread, with its timers and promises, until one comes.
 *
 * Returns RecvError once every sender is gone and nothing is left, and RecvTimeoutError after `timeout` milliseconds (default
 * `Infinity`). Throws {@link CannotBlockError} on the main thread, which must never block, and for a channel that no other
 * thread sends into, since nobody could send while this one sleeps.
 *
 * It wakes at once for a value, and within 50 milliseconds for the death of the sending thread. (After
 * `std::sync::mpsc::Receiver::recv`.)
 */
export function recvSync<T>(
  receiver: Receiver<T>,
  timeout: number = Number.POSITIVE_INFINITY,
): Result<T, RecvError | RecvTimeoutError> {
  const channel = checkedSource(receiver, timeout);
  const deadline = platformClock.now() + timeout;
  for (;;) {
    const value = channel.take();
    if (value !== NOTHING) return { ok: true, value: value as T };
    if (channel.state === CLOSED) return RECV_DISCONNECTED;
    if (drainAll()) continue;
    const bridge = Bridge.find(channel);
    if (bridge === undefined || bridge.inlets.size === 0) {
      throw new CannotBlockError("no other thread sends into this channel");
    }
    const left = deadline - platformClock.now();
    if (left <= 0) return RECV_TIMED_OUT;
    const waker: Waker = bridge;
    waker.awaited?.();
    block(left);
    waker.revoke?.();
  }
}

function checkedSource(receiver: unknown, timeout: unknown): Source<unknown> {
  if (!(receiver instanceof ChannelReceiver)) {
    throw new InvalidArgumentError("The receiver of recvSync", "a receiver", receiver);
  }
  checkArgument("timeout", timeout, milliseconds);
  const { channel } = receiver;
  if (channel === undefined) throw new UseAfterDropError("Receiver", "receive");
  if (receiver.waiting !== undefined) throw new OverlappingRecvError();
  if (isMainThread) throw new CannotBlockError("the main thread must not sleep");
  return channel;
}
