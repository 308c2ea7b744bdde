/**
 * The common parts of the actors of one system: dispatcher, clock, deadlines, log, the tree of cells, the dead letters
 * and the account of all messages. It wires the layers together, so that none of them imports another's upstream.
 *
 * Above the limits: it wires the rooms together, so it imports all of them.
 */
import type { ResourceLimits } from "node:worker_threads";
import type { Sender } from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/testing";
import type { Logger } from "pino";
import { firstSender, giveTo, strongAddress } from "../address/handle.ts";
import { dropAddresses, forEachHandle } from "../address/walk.ts";
import { Cell } from "../cell/cell.ts";
import type { Decider } from "../cell/directive.ts";
import type { Runtime, TreePosition } from "../cell/environment.ts";
import { childPath } from "../cell/environment.ts";
import { Siblings } from "../cell/siblings.ts";
import { stopRequest } from "../cell/termination.ts";
import type { TestHooks } from "../cell/test-hooks.ts";
import { testHooksOf } from "../cell/test-hooks.ts";
import { Diagnostics } from "../diagnostics-channels.ts";
import { Dispatcher } from "../dispatcher.ts";
import { DuplicateNameError, SpawnRefusedError } from "../errors.ts";
import { Account } from "../mailbox/account.ts";
import type { DeadLetter, DeadLetterReason } from "../mailbox/dead-letter.ts";
import { DeadLetterStore, typeOf } from "../mailbox/dead-letters.ts";
import type { Ledger } from "../mailbox/ledger.ts";
import { endRegistrations } from "../registry/registration.ts";
import { Deadlines } from "../reply/deadlines.ts";
import { WaitForGraph } from "../reply/wait-for-graph.ts";
import { report } from "../report.ts";
import type { RouterFactory } from "../routing/router.ts";
import { startRouter } from "../routing/router.ts";
import { RemoteDefinition } from "../runtime-definition.ts";
import type { Scheduler } from "../scheduler.ts";
import type { RuntimeChildSpec } from "../supervisor/child-spec.ts";
import { checkedSupervisor, childSpec, supervisorSpec } from "../supervisor/child-spec.ts";
import { supervisorAddress } from "../supervisor/handle.ts";
import { LoneDecider } from "../supervisor/restarts.ts";
import type { Settings } from "../supervisor/settings.ts";
import { SPAWN } from "../supervisor/settings.ts";
import type { ActorFactory, MadeActor } from "../supervisor/supervisor.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import type { SupervisorSpec } from "../supervisor/supervisor-address.ts";
import type { Host } from "../threads/parent/host.ts";
import { Hosts } from "../threads/parent/hosts.ts";
import { ThreadCode } from "../threads/parent/thread-executor.ts";
import { copyFor } from "../threads/wire/marshal.ts";
import { checkSupervise } from "./check-options.ts";
import { Inspector, ownershipCycles } from "./inspect.ts";
import type { SystemInspection } from "./inspection.ts";
import { keepAlive } from "./keep-alive-report.ts";

/** The dependencies of a system. */
export interface Dependencies {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly log: Logger;
  readonly name: string;
  readonly keepAlive: boolean;
  /** True if a deadlock is ended, false if it is only reported. */
  readonly endsDeadlocks: boolean;
  readonly deadLettersKept: number;
  readonly heartbeatMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** The name of a supervisor: `name`, or `stem` and a number. */
interface Naming {
  readonly stem: string;
  readonly name: string | undefined;
}

/** A supervisor that has not begun. */
interface Supervised {
  readonly cell: Cell;
  readonly sender: Sender<unknown>;
  readonly state: Supervisor;
}

export class SystemRuntime implements Runtime, ActorFactory, RouterFactory {
  readonly #name: string;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly deadlines: Deadlines;
  readonly waitForGraph: WaitForGraph;
  readonly log: Logger;
  readonly diagnostics: Diagnostics;
  readonly testHooks: TestHooks | undefined;
  readonly random: () => number;
  readonly deadLetters: DeadLetterStore;
  readonly hosts: Hosts;
  readonly #roots = new Siblings<Cell>();
  readonly #retired = new Account();
  readonly #inspector = new Inspector();
  readonly #keepAlive: boolean;
  readonly #idle: () => void;
  #accepting = true;
  #cells = 0;
  #living = 0;
  #unref: (() => void) | undefined = undefined;

  /** `idle` is called whenever the last living actor has ended. */
  constructor(dependencies: Dependencies, idle: () => void) {
    this.#name = dependencies.name;
    if (process.env["PNEUMATIC_TRACE_LEAKS"] === "1") Error.stackTraceLimit = Math.max(Error.stackTraceLimit, 30); // ours come first
    this.clock = dependencies.clock;
    this.log = dependencies.log;
    this.testHooks = testHooksOf(dependencies.scheduler);
    this.diagnostics = this.testHooks?.diagnostics(dependencies.name) ?? new Diagnostics(dependencies.name);
    this.random = dependencies.random;
    this.dispatcher = new Dispatcher(dependencies.clock, dependencies.scheduler);
    this.deadlines = new Deadlines(dependencies.clock, dependencies.scheduler.step);
    this.waitForGraph = new WaitForGraph(dependencies.clock, this.dispatcher, dependencies.endsDeadlocks, (error) =>
      report(dependencies.log, "error", { err: error, path: error.path }, "actors wait for each other"),
    );
    this.deadLetters = new DeadLetterStore(dependencies.deadLettersKept, dropAddresses, dependencies.log);
    const { clock, log, heartbeatMs, resourceLimits } = dependencies;
    this.hosts = new Hosts({ clock, log, heartbeatMs, resourceLimits, diagnostics: this.diagnostics });
    this.#keepAlive = dependencies.keepAlive;
    this.#idle = idle;
  }

  get living(): number {
    return this.#living;
  }

  /** The actors without a parent, in the order they were spawned. */
  get roots(): Cell[] {
    return this.#roots.list();
  }

  spawn(parent: Cell | undefined, definition: unknown, options: object | undefined): unknown {
    const spec = childSpec(definition, options, "transient", SPAWN);
    const { cell, handle } = this.make(parent, spec.name, spec);
    cell.life.begin();
    return handle;
  }

  supervise(parent: Cell | undefined, given: unknown, options?: { readonly name?: string }): unknown {
    checkSupervise(options);
    const name = options?.name;
    const spec = supervisorSpec(checkedSupervisor(given as SupervisorSpec), name, "temporary");
    const { cell, handle } = this.make(parent, name, spec);
    cell.life.begin();
    return handle;
  }

  route(parent: Cell | undefined, definition: unknown, options: unknown): unknown {
    return startRouter(this, parent, definition, options);
  }

  make(parent: Cell | undefined, name: string | undefined, spec: RuntimeChildSpec, decider?: Decider): MadeActor {
    const { behavior, settings, args, stem } = spec;
    if ("children" in behavior) {
      const { cell, sender, state } = this.makeSupervisor(parent, behavior, { stem, name }, decider);
      return { cell, handle: supervisorAddress(cell, sender, state) };
    }
    const position = this.#position(parent, { stem, name }, decider);
    const isRemote = behavior instanceof RemoteDefinition;
    const cell = isRemote
      ? this.#makeRemote(position, behavior, settings, args)
      : this.#enter(new Cell(position, behavior, args, settings, this));
    return { cell, handle: strongAddress(cell, firstSender(cell)) };
  }

  makeSupervisor(parent: Cell | undefined, spec: SupervisorSpec, naming: Naming, decider?: Decider): Supervised {
    const state = new Supervisor(spec, this, naming.stem);
    const position = this.#position(parent, naming, decider);
    const { settings } = supervisorSpec(spec, undefined, "temporary");
    const cell = this.#enter(new Cell(position, state.code, undefined, settings, this));
    const sender = firstSender(cell);
    try {
      state.attach(cell);
    } catch (misuse) {
      for (const begun of [...cell.children, cell]) begun.life.request(stopRequest());
      sender.drop();
      throw misuse;
    }
    return { cell, sender, state };
  }

  /** The handlers are on a thread, so everything that is sent is copied. */
  #makeRemote(position: TreePosition, definition: RemoteDefinition, settings: Settings, args: unknown): Cell {
    const host = (): Host => this.hosts.hostFor(settings.thread, settings.resourceLimits);
    const path = childPath(position.parent, position.name ?? `${definition.name}-${position.id}`);
    const copy = (message: unknown): unknown => copyFor(path, message);
    return this.#enter(new Cell(position, new ThreadCode(definition, host), copy(args), settings, this, copy));
  }

  #position(parent: Cell | undefined, { stem, name: chosen }: Naming, decider: Decider | undefined): TreePosition {
    const name = chosen ?? this.#freeName(parent, stem);
    if (!this.#accepting && parent === undefined) {
      throw new SpawnRefusedError(childPath(parent, name ?? stem), "the system was shut down. Make a new one");
    }
    if (name !== undefined && this.#find(parent, name) !== undefined) {
      throw new DuplicateNameError(childPath(parent, name));
    }
    return { id: ++this.#cells, name, parent, decider };
  }

  /** Puts a new actor into the tree. */
  #enter(cell: Cell): Cell {
    const { parent, args } = cell;
    if (args !== undefined) {
      forEachHandle(args, (handle) => {
        cell.hasAddresses = true;
        giveTo(cell, handle);
      });
    }
    if (parent === undefined) this.#roots.add(cell);
    else parent.addChild(cell);
    if (this.#living++ === 0 && this.#keepAlive) this.#unref = keepAlive(this.#name, this);
    this.diagnostics.spawned(cell, cell.code.name);
    return cell;
  }

  deadLetter(cell: Cell, message: unknown, reason: DeadLetterReason, error?: unknown): void {
    if (!cell.isAlive) {
      this.#retired.accepted++;
      this.#retired.deadLetter(reason);
    }
    const { path: to, id } = cell;
    const letter = { message, type: typeOf(message), reason, to, id, at: this.clock.now() };
    const wasBegun = reason === "killed" || reason === "quarantined";
    this.deadLetters.add(error === undefined ? letter : { ...letter, error }, cell, wasBegun && !cell.code.isRemote);
    this.diagnostics.deadLetter(cell, letter.type, reason);
  }

  /** Gives the message of a dead letter to the actor that lives at its path now; false if none there takes it. */
  redeliver(letter: DeadLetter): boolean {
    const cell = this.lookup(letter.to);
    if (cell === undefined) return false;
    return this.deadLetters.redeliver(letter, (message) => cell.mailbox.trySend(message).ok);
  }

  inspect(): SystemInspection {
    const { roots, deadLetters } = this;
    const { kept, receivers, undelivered } = deadLetters;
    return {
      name: this.#name,
      living: this.#living,
      ledger: this.ledger(),
      rejectedAsks: this.deadlines.rejected,
      deadLetters: { kept, receivers, undelivered },
      actors: roots.map((cell) => this.#inspector.actor(cell)),
      cycles: ownershipCycles(roots),
    };
  }

  ended(cell: Cell): void {
    this.diagnostics.stopped(cell);
    if (cell.code instanceof ThreadCode) cell.code.release(this.hosts);
    this.#retired.add(cell.account);
    endRegistrations(cell);
    if (cell.parent === undefined) this.#roots.remove(cell);
    if (--this.#living > 0) return;
    this.#unref?.();
    void this.hosts.end();
    this.#idle();
  }

  /** The cell at a path such as `/parent/name`. */
  lookup(path: string): Cell | undefined {
    const [first, ...names] = path.split("/");
    if (first !== "") return undefined;
    let cell: Cell | undefined;
    for (const name of names) {
      const next = this.#find(cell, name);
      if (next === undefined) return undefined;
      cell = next;
    }
    return cell;
  }

  /** Stops the timers that wait for nothing. */
  stopIdleTimers(): void {
    this.deadlines.end();
    this.waitForGraph.end();
  }

  /** No actor is spawned from now on. */
  close(): void {
    this.#accepting = false;
  }

  /** The account of all messages since the beginning. */
  ledger(): Ledger {
    const total = new Account();
    total.add(this.#retired);
    const pending = { queued: 0, stashed: 0, inFlight: 0 };
    const visit = (cell: Cell): void => {
      total.add(cell.account);
      pending.queued += cell.mailbox.queued;
      pending.stashed += cell.mailbox.stashed;
      if (cell.inFlight !== undefined) pending.inFlight++;
      cell.children.forEach(visit);
    };
    this.roots.forEach(visit);
    return total.ledger(pending);
  }

  #find(parent: Cell | undefined, name: string): Cell | undefined {
    return parent === undefined ? this.#roots.find(name) : parent.child(name);
  }

  /** Undefined when the name that the next actor has by itself is free, as it nearly always is. */
  #freeName(parent: Cell | undefined, stem: string): string | undefined {
    const siblings = parent === undefined ? this.#roots : parent.siblings;
    if (siblings?.hasNamed !== true) return undefined;
    const own = `${stem}-${this.#cells + 1}`;
    let name = own;
    while (siblings.find(name) !== undefined) name += "'";
    return name === own ? undefined : name;
  }

  deciderFor(cell: Cell): Decider {
    return new LoneDecider(cell.settings as Settings, this);
  }
}

const runtimes = new WeakMap<object, SystemRuntime>();

/** Lets {@link runtimeOf} find the machinery of `system`. */
export function exposeRuntime(system: object, runtime: SystemRuntime): void {
  runtimes.set(system, runtime);
}

/** Returns the machinery behind a system, for `@pneumatic/actors/testing`. */
export function runtimeOf(system: object): SystemRuntime {
  return runtimes.get(system) as SystemRuntime;
}
