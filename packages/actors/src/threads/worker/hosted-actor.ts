/** What a host keeps of each incarnation that runs on its thread. */
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
  /** How often it has given back what was shipped ahead. */
  epoch: number;
  readonly queue: Queue<Delivery>;
  /** The numbers of queued asks whose callers have given up. */
  readonly cancelled: Set<number>;
  /** Whether a message is being handled, or its turn will come. */
  isBusy: boolean;
  /** Whether it has asked for its own end. */
  isStopping: boolean;
  phase: HostedPhase;
  /** How many messages were handled that the parent does not know of. */
  unacknowledged: number;
  /** What is being handled. */
  current: Delivery | undefined;
  /** The number of the last message that was begun. */
  startedSeq: number;
}

/** A message that was shipped. */
export interface Delivery {
  readonly seq: number;
  readonly message: { readonly type: string };
  readonly attempt: number;
  readonly isAsk: boolean;
}
