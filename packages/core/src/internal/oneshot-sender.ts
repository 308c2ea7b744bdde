/** The class behind `OneshotSender`: a sender into an unbounded channel that its one send uses up. */
import type { UseAfterDropError } from "../errors.ts";
import { SendError } from "../errors.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import type { OneshotSender } from "../sender.ts";
import type { Channel } from "./channel.ts";
import { PUSHED } from "./channel.ts";
import { SendingEnd } from "./sending-end.ts";

class ChannelOneshotSender<T> extends SendingEnd<T> implements OneshotSender<T> {
  override get [Symbol.toStringTag](): string {
    return "OneshotSender";
  }

  send<V extends T>(value: V): Result<void, SendError<V>> {
    const pushed = this.use("send").push(value);
    this.drop();
    return pushed === PUSHED ? ok(undefined) : err(new SendError(value));
  }

  protected override misuse(operation: string): UseAfterDropError {
    return super.misuse(operation, "has sent its one value, or was dropped");
  }
}

/** Makes a handle that sends one value into an unbounded channel; takes over one count. */
export function oneshotSender<T>(channel: Channel<T>): OneshotSender<T> {
  return new ChannelOneshotSender(channel);
}
