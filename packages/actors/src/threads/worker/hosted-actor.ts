/** The state of an incarnation that runs on this thread. */
import type { Queue } from "@pneumatic/core/internal";
import type { Behavior } from "../../cell/behavior.ts";
import type { ThreadContext } from "./thread-context.ts";

/** `failed`: it has panicked, and waits for its end. */
type HostedPhase = "starting" | "running" | "failed" | "stopping";

export interface HostedActor {
  readonly id: number;
  /** Undefined while its module is loaded. */
  behavior: Behavior | undefined;
  readonly context: ThreadContext;
  readonly words: Int32Array;
  /** How often the prefetch window was reset. */
  epoch: number;
  readonly queue: Queue<Delivery>;
  /** The numbers of queued asks whose callers have given up. */
  readonly cancelled: Set<number>;
  /** True if a message is being handled, or its turn will come. */
  isBusy: boolean;
  /** True if it has asked for its own end. */
  isStopping: boolean;
  phase: HostedPhase;
  /** The number of handled messages since the last record to the parent. */
  unacknowledged: number;
  /** The message that is being handled. */
  current: Delivery | undefined;
  /** The number of the last message that was started. */
  startedSeq: number;
}

/** A message that has arrived on the worker. */
export interface Delivery {
  readonly seq: number;
  readonly message: { readonly type: string };
  readonly attempt: number;
  readonly isAsk: boolean;
}
