/** Channels after Rust's `std::sync::mpsc`: many counted senders, one receiver, every outcome a value. */
export { channel, syncChannel } from "./channel.ts";
export type { ChannelOptions } from "./channel-options.ts";
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
export { mpmc } from "./mpmc.ts";
export { oneshot } from "./oneshot.ts";
export type { Permit, Permits } from "./permit.ts";
export type { MpmcReceiver, OneshotReceiver, Receiver } from "./receiver.ts";
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
export type { AnySender, OneshotSender, Sender, SyncSender, WeakSender } from "./sender.ts";
export { toReadableStream, toWritableStream } from "./streams.ts";
export { after, never, tick } from "./timers.ts";
export type { WaitOptions } from "./wait-options.ts";
