/** The target of an address: the side of an actor that its handles see, on any thread. */
import type { Sender } from "@pneumatic/core";
import type { ExitReason } from "../exit-reason.ts";
import type { Inbox } from "../mailbox/inbox.ts";
import type { AskOptions } from "../protocol.ts";
import type { Deadlines } from "../reply/deadlines.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { Watch } from "./watch.ts";

/** The actor, as its addresses see it. */
export interface Target extends Waiter {
  /** The inbox for its messages: its mailbox, unless it is a router, or its mailbox is in another thread. */
  readonly inbox: Inbox;
  /** True if it accepts no more messages. */
  readonly isClosed: boolean;
  readonly deadlines: Deadlines;
  readonly started: Promise<void>;
  readonly exited: Promise<ExitReason>;
  /** Why it has ended for good; undefined while it lives. */
  readonly ended: ExitReason | undefined;
  /** The watches that are notified of its end. */
  readonly watches: Set<Watch>;
  /** Returns one more sender that counts; undefined once the last one was dropped. */
  revive(): Sender<unknown> | undefined;
}

/** The property of a handle that names its actor. A handle that can be disposed of as well is strong. */
export const TARGET: unique symbol = Symbol("target");

/** The property of a handle that names the actor that has it. */
export const OWNER: unique symbol = Symbol("owner");

export type Message = { readonly type: string };
export type AnyAsk = (message: Message, options?: AskOptions) => Promise<unknown>;

/** The actor behind a handle; undefined for anything else. */
export function targetOf(value: unknown): Target | undefined {
  return isObject(value) && TARGET in value ? (value[TARGET] as Target) : undefined;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
