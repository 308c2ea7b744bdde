/** A definition as the runtime reads it: hooks and handlers, wherever they run. */
import type { ExitReason } from "../exit-reason.ts";

export interface Behavior {
  readonly name: string;
  readonly state: ((args: unknown, context: unknown) => unknown) | undefined;
  readonly on: Readonly<Record<string, Handler>>;
  /** Handles the messages that `on` has no handler for; undefined if they are refused. */
  readonly others?: Handler | undefined;
  readonly started: ((context: unknown) => unknown) | undefined;
  readonly stopped: ((context: unknown, reason: ExitReason) => unknown) | undefined;
}

/** A handler as the runtime calls it: with the whole message, whose `type` the payload type does not mention. */
export type Handler = (context: unknown, message: unknown) => unknown;
