/**
 * The test hooks of a simulation: they run around every actor, write the trace, check the guarantees of each message,
 * and let the faults strike.
 *
 * Above the limits: it stands around every part of an actor, and so knows all of them.
 */

import type { Message } from "../address/target.ts";
import type { Behavior, Handler } from "../cell/behavior.ts";
import type { Cell } from "../cell/cell.ts";
import type { ActorCode } from "../cell/executor.ts";
import { LocalExecutor } from "../cell/executor.ts";
import { asPromise } from "../cell/failure.ts";
import type { Excuse } from "../cell/giving-up.ts";
import { BROKE_OFF, GAVE_UP } from "../cell/giving-up.ts";
import type { Incarnation } from "../cell/incarnation.ts";
import type { TestHooks } from "../cell/test-hooks.ts";
import type { Diagnostics } from "../diagnostics-channels.ts";
import { ThreadLostError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Mailbox, MailboxOwner } from "../mailbox/mailbox.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";
import { isEnvelope } from "../reply/ask.ts";
import { display, displayMessage } from "./display.ts";
import { InjectedPanicError } from "./errors.ts";
import type { Fault } from "./fault.ts";
import type { Faults } from "./faults.ts";
import { lengthOf } from "./faults.ts";
import type { Mishap } from "./simulated-mailbox.ts";
import { SimulatedMailbox } from "./simulated-mailbox.ts";
import type { Simulation } from "./simulation.ts";
import type { Trace } from "./trace.ts";
import { TracedDiagnostics } from "./traced-diagnostics.ts";

type InjectedFailure = Extract<Fault, { readonly kind: "panic" | "crash" }>;

/** Runs `behavior` in the place of what the actor itself runs. */
class StagedExecutor extends LocalExecutor {
  readonly #staged: LocalExecutor;

  constructor(staged: LocalExecutor, behavior: Behavior) {
    super(behavior);
    this.#staged = staged;
  }

  override cutShort(): void {
    this.#staged.cutShort();
  }
}

/** The most violations that are kept: one more tells nothing new. */
const MOST_VIOLATIONS = 10;

/** The mailbox of an actor, which knows about its own messages. */
interface CheckedMailbox {
  readonly path: string;
  begins(item: unknown, attempt: number): void;
}

/** Checks the guarantees of each message while a simulation runs: one at a time, in order, each ask answered. */
export class Checks {
  /** The broken guarantees that were found. */
  readonly violations: string[] = [];
  /** The incarnations whose handler is at work. */
  readonly #active = new Set<unknown>();

  /** Notes that `incarnation` starts `item`, a message of this type or an ask of it. */
  begin(mailbox: CheckedMailbox, incarnation: unknown, item: unknown, type: string, attempt: number): void {
    if (this.#active.has(incarnation)) this.violated(`"${mailbox.path}" handles two messages at a time: "${type}"`);
    this.#active.add(incarnation);
    mailbox.begins(item, attempt);
  }

  end(incarnation: unknown): void {
    this.#active.delete(incarnation);
  }

  violated(what: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push(what);
  }
}

export class SimulationHooks implements TestHooks {
  readonly checks: Checks = new Checks();
  readonly limitsHooks: boolean;
  readonly #simulation: Simulation;
  readonly #faults: Faults;
  readonly #trace: Trace;
  /** The incarnations whose simulated thread has died. */
  readonly #crashed = new WeakSet<object>();

  constructor(simulation: Simulation, faults: Faults, trace: Trace) {
    this.limitsHooks = simulation.waitsForRealWork;
    this.#simulation = simulation;
    this.#faults = faults;
    this.#trace = trace;
    if (faults.has("clockJump")) simulation.beforeStep = () => this.#jump();
  }

  diagnostics(system: string): Diagnostics {
    return new TracedDiagnostics(system, this.#trace);
  }

  mailbox(spec: MailboxSpec<never>, owner: MailboxOwner, prepare?: (message: unknown) => unknown): Mailbox {
    return new SimulatedMailbox(spec, owner, prepare, this);
  }

  code(code: ActorCode, cell: Cell): ActorCode {
    if (code.isRemote) return code;
    const local = code as LocalExecutor;
    const { on, others, stopped } = local;
    const staged = (handler: Handler): Handler => {
      return (context, message) => this.#handle(cell, handler, context, message as Message);
    };
    const handlers = Object.entries(on).map(([type, handler]) => [type, staged(handler)] as const);
    const hook = (context: unknown, reason: ExitReason): unknown => {
      return this.#crashed.has(context as object) ? undefined : stopped?.(context, reason);
    };
    return new StagedExecutor(local, {
      name: local.name,
      state: local.state,
      on: Object.setPrototypeOf(Object.fromEntries(handlers), null),
      others: others && staged(others),
      started: local.started,
      stopped: stopped && hook,
    });
  }

  /** Called before a message is put into a mailbox. Returns the way in which a fault strikes it. */
  sends(how: string, message: Message, mailbox: SimulatedMailbox): Mishap {
    const { path } = mailbox;
    this.#trace.effect(() => `${how} ${path} ${displayMessage(message)}`);
    if (how === "delivers" || mailbox.isClosed) return undefined;
    const delay = this.#faults.strike(["delay"], message, path);
    if (delay !== undefined) {
      this.#trace.effect(() => `! ${path} gets it ${lengthOf(delay)} ms later`);
      this.#simulation.postpone(path, lengthOf(delay));
    }
    const loss = this.#faults.strike(mailbox.canBeFull ? ["full", "drop"] : ["drop"], message, path);
    if (loss !== undefined) this.#trace.effect(() => `! ${path} ${loss.kind === "full" ? "has no room" : "loses it"}`);
    return loss?.kind;
  }

  violated(what: string): void {
    this.checks.violated(what);
  }

  #handle(cell: Cell, handler: Handler, context: unknown, message: Message): unknown {
    const { path, mailbox, attempt, inFlight } = cell;
    this.#trace.handles(path, message);
    this.checks.begin(mailbox as SimulatedMailbox, context, inFlight, message.type, attempt);
    const isAsk = isEnvelope(inFlight);
    let reply: unknown;
    try {
      reply = asPromise(this.#struck(cell, handler, context as Incarnation, message));
    } catch (error) {
      this.checks.end(context);
      throw error;
    }
    if (reply instanceof Promise) {
      this.#trace.effect(() => "awaits");
      const settled = (what: () => string): void => {
        this.checks.end(context);
        const isLate = cell.isOver(context as Incarnation);
        this.#trace.effect(() => (isLate ? `late: ${what()}` : what()), path);
      };
      reply.then(
        (value) => settled(() => (isAsk ? repliesText(value) : `has handled ${message.type}`)),
        (error) => {
          const excuse = cell.excuseFor(context as Incarnation, error);
          settled(() => `${excuse === undefined ? "panics in" : EXCUSES[excuse]} ${message.type}`);
        },
      );
      return reply;
    }
    this.checks.end(context);
    if (isAsk) this.#trace.effect(() => repliesText(reply));
    return reply;
  }

  /** Calls the handler, with the faults that strike it. */
  #struck(cell: Cell, handler: Handler, context: Incarnation, message: Message): unknown {
    const { path } = cell;
    const slow = this.#faults.strike(["slow"], message, path);
    const failure = this.#faults.strike(["panic", "crash"], message, path);
    const run = (): unknown => {
      if (failure === undefined) return handler(context, message);
      const fail = (): never => this.#fail(failure, path, context, message);
      if (failure.at !== "end") return fail();
      const reply = asPromise(handler(context, message));
      return reply instanceof Promise ? reply.then(fail) : fail();
    };
    if (slow === undefined) return run();
    this.#trace.effect(() => `! begins ${lengthOf(slow)} ms later`);
    return context.sleep(lengthOf(slow)).then(run); // the handler never starts if its incarnation ends meanwhile
  }

  #fail(failure: InjectedFailure, path: string, context: Incarnation, { type }: Message): never {
    this.#trace.effect(() => `! ${path} ${failure.kind === "panic" ? "panics" : "loses its thread"}`);
    if (failure.kind === "panic") throw new InjectedPanicError(path, type);
    this.#crashed.add(context);
    throw new ThreadLostError(failure.cause ?? "terminated", "simulated");
  }

  #jump(): void {
    const fault = this.#faults.strike(["clockJump"], undefined, "");
    if (fault === undefined) return;
    this.#trace.effect(() => `! the clock jumps by ${lengthOf(fault)} ms`);
    this.#simulation.jump(lengthOf(fault));
  }
}

const EXCUSES: Readonly<Record<Excuse, string>> = { [GAVE_UP]: "gives up", [BROKE_OFF]: "breaks off" };

function repliesText(value: unknown): string {
  return value === undefined ? "replies" : `replies ${display(value)}`;
}
