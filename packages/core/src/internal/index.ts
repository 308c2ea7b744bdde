/** The entry for `@pneumatic/actors`. It is no part of the public interface, and changes without notice. */
export { brand, shown } from "../brand.ts";
export type { Clock } from "../clock.ts";
export { followSignal, ignoreSignal } from "./abort.ts";
export { afterYield, charge } from "./budget.ts";
export {
  Channel,
  DISCONNECTED,
  FULL,
  PUSHED,
  type Pushed,
  type WaitingSender,
  type Waker,
} from "./channel.ts";
export { currentClock, LONGEST_DELAY, platformClock, Timer, UnrefTimer } from "./clock.ts";
export {
  abortSignal,
  callback,
  checkArgument,
  checkOptions,
  count,
  flag,
  ignored,
  integer,
  type MakeError,
  milliseconds,
  misuseOf,
  numberFrom,
  type OptionKind,
  type OptionTable,
  oneOf,
  required,
} from "./options.ts";
export { type Fifo, Queue } from "./queue.ts";
export { unboundedSender } from "./senders.ts";
export { CLOSED, NOTHING, OPEN } from "./source.ts";
export { ignore, refuse, settled, Wait } from "./wait.ts";
export { WaitList, type WaitNode } from "./wait-list.ts";
export {
  isContainer,
  isPlain,
  type Path,
  PRUNE,
  type Reach,
  replace,
  STOP,
  type Visitor,
  type WalkOptions,
  walk,
} from "./walk.ts";
