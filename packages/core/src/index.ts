/** Channels after Rust's `std::sync::mpsc`: many counted senders, one receiver, every outcome a value. */
export { type ChannelOptions, channel, syncChannel } from "./channel.ts";
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
export { type MpmcReceiver, mpmc } from "./mpmc.ts";
export { type OneshotReceiver, type OneshotSender, oneshot } from "./oneshot.ts";
export type { Permit, Permits } from "./permit.ts";
export type { Receiver } from "./receiver.ts";
export { type Err, err, type Ok, ok, type Result, unwrap } from "./result.ts";
export {
  type ListedArms,
  type NamedArms,
  type SelectArm,
  type Selected,
  type SelectedOf,
  type SelectOptions,
  type SelectTimeout,
  select,
  type TrySelectOptions,
  trySelect,
} from "./select.ts";
export type { AnySender, Sender, SyncSender, WeakSender } from "./sender.ts";
export { toReadableStream, toWritableStream } from "./streams.ts";
export { after, never, tick } from "./timers.ts";
