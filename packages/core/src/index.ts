/** Channels after Rust's `std::sync::mpsc`: many counted senders, one receiver, every outcome a value. */
export { channel, syncChannel } from "./channel.ts";
export {
  InvalidArgumentError,
  OverlappingRecvError,
  RecvError,
  RecvTimeoutError,
  SendError,
  SendTimeoutError,
  TryRecvError,
  TrySendError,
  UseAfterDropError,
} from "./errors.ts";
export type { WaitOptions } from "./internal/wait.ts";
export type { Receiver } from "./receiver.ts";
export { type Err, err, type Ok, ok, type Result, unwrap } from "./result.ts";
export type { AnySender, Sender, SyncSender, WeakSender } from "./sender.ts";
