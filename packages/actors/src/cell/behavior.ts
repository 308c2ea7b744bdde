/** What an actor does, as the cell reads it: the hooks and handlers of its definition, or what stands for them. */
import type { ExitReason } from "../exit-reason.ts";
import type { Cell } from "./cell.ts";

/** A definition as the runtime reads it. */
export interface Behavior {
  readonly name: string;
  readonly state: ((args: unknown, context: unknown) => unknown) | undefined;
  readonly on: Readonly<Record<string, Handler>>;
  /** Takes the messages that `on` has no handler for; undefined where they are refused. */
  readonly others?: Handler | undefined;
  readonly started: ((context: unknown) => unknown) | undefined;
  readonly stopped: ((context: unknown, reason: ExitReason) => unknown) | undefined;
  /** It is to end, but has not started yet. */
  readonly cutShort?: () => void;
  /** Its handlers are on another thread. */
  readonly isRemote?: true;
  /** Starts no further message. Returns true if messages were started that are still queued. */
  readonly haltPrefetch?: () => boolean;
  /** Takes out what was begun, and accounts for what was handled: the last one is in flight if it was not. */
  readonly catchUp?: (cell: Cell) => void;
}

/** A handler as the runtime calls it: with the whole message, whose `type` the payload type does not mention. */
export type Handler = (context: unknown, message: unknown) => unknown;
