/** Writes the steps in the lives of actors to the trace, and publishes them as usual. */

import type { Observed } from "../diagnostics-channels.ts";
import { Diagnostics } from "../diagnostics-channels.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import { describe } from "../wording.ts";
import type { Trace } from "./trace.ts";

export class TracedDiagnostics extends Diagnostics {
  readonly #trace: Trace;

  constructor(system: string, trace: Trace) {
    super(system);
    this.#trace = trace;
  }

  override spawned(actor: Observed, definition: string): void {
    this.#trace.effect(() => `spawns ${actor.path}`);
    super.spawned(actor, definition);
  }

  override started(actor: Observed, after: ExitReason): void {
    const { generation } = actor.life;
    this.#trace.effect(() => (generation > 1 ? `is back, as generation ${generation}` : "starts"), actor.path);
    super.started(actor, after);
  }

  override panicked(actor: Observed, reason: ExitReason, restarts: boolean): void {
    this.#trace.effect(() => `${describe(reason)}${restarts ? ", and restarts" : ""}`, actor.path);
    super.panicked(actor, reason, restarts);
  }

  override stopped(actor: Observed): void {
    this.#trace.effect(() => `has ended: ${describe(actor.life.reason)}`, actor.path);
    super.stopped(actor);
  }

  override deadLetter(actor: Observed, type: string, reason: DeadLetterReason): void {
    this.#trace.effect(() => `dead letter of ${actor.path}: ${type} (${reason})`);
    super.deadLetter(actor, type, reason);
  }
}
