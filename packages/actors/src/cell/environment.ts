/** The environment of a cell: its position in the tree, its settings, and the part of its system that it needs. */
import type { Clock } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import type { Diagnostics } from "../diagnostics-channels.ts";
import type { Dispatcher } from "../dispatcher.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";
import type { Deadlines } from "../reply/deadlines.ts";
import type { WaitForGraph } from "../reply/wait-for-graph.ts";
import type { Cell } from "./cell.ts";
import type { Decider, Exit } from "./directive.ts";
import type { Poison } from "./poison.ts";
import type { TestHooks } from "./test-hooks.ts";

/** Details of a dead letter. */
export interface DeadLetterDetails {
  /** The error of the handler of a quarantined message. */
  readonly error?: unknown;
  /** It is no news: nothing is logged. */
  readonly isQuiet?: boolean;
  /** Its handler had begun, whatever the reason. */
  readonly wasBegun?: boolean;
}

/** The part of its system that a cell needs. */
export interface Runtime {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly deadlines: Deadlines;
  readonly waitForGraph: WaitForGraph;
  readonly log: Logger;
  readonly diagnostics: Diagnostics;
  readonly testHooks: TestHooks | undefined;
  spawn(parent: Cell, definition: unknown, options: object | undefined): unknown;
  supervise(parent: Cell, spec: unknown, options: object | undefined): unknown;
  route(parent: Cell, definition: unknown, options: unknown): unknown;
  /** True once its shutdown lets handlers know of it. */
  readonly isStopping: boolean;
  deadLetter(cell: Cell, message: unknown, reason: DeadLetterReason, details?: DeadLetterDetails): void;
  ended(cell: Cell): void;
  /** An actor without a parent has failed for good, and nobody else hears of it. */
  rootFailed(): void;
  /** Makes the decider of an actor that is supervised alone. */
  deciderFor(cell: Cell, exit: Exit): Decider;
}

/** The settings of an actor that concern its cell. */
export interface CellSettings {
  readonly mailbox: MailboxSpec<never>;
  readonly startTimeoutMs: number;
  readonly shutdownMs: number;
  readonly poison: Poison | undefined;
}

/** The position of an actor in the tree. */
export interface TreePosition {
  readonly id: number;
  /** Undefined for the name of the definition and the id. */
  readonly name: string | undefined;
  readonly parent: Cell | undefined;
  /** Decides about it; undefined if it is supervised alone. */
  readonly decider: Decider | undefined;
}

/** The path of the actor of that name below `parent`; undefined for one whose name is not chosen. */
export function childPath(parent: Cell | undefined, name: string | undefined): string {
  return parent === undefined ? `/${name ?? "…"}` : `${parent.path}/${name ?? "…"}`;
}
