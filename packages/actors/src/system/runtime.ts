/**
 * What the actors of one system share: dispatcher, clock, deadlines, log, the tree of cells, the dead letters and the
 * account of all messages. It wires the layers together, so that none of them imports another's upstream.
 */
import type { ResourceLimits } from "node:worker_threads";
import type { Clock } from "@pneumatic/core/testing";
import type { Logger } from "pino";
import { dropAddresses, firstAddress } from "../address/handle.ts";
import type { CellSpec, Runtime } from "../cell/cell.ts";
import { Cell } from "../cell/cell.ts";
import type { Guardian } from "../cell/guardian.ts";
import type { Scheduler } from "../dispatcher/clock.ts";
import { holdProcess } from "../dispatcher/clock.ts";
import { Dispatcher } from "../dispatcher/dispatcher.ts";
import { DuplicateNameError, SpawnRefusedError } from "../errors.ts";
import { DeadLetterStore } from "../mailbox/dead-letters.ts";
import type { DeadLetterReason, Ledger } from "../mailbox/ledger.ts";
import { Account } from "../mailbox/ledger.ts";
import { endRegistrations } from "../registry/registration.ts";
import { Deadlines } from "../reply/deadlines.ts";
import type { RouterHost } from "../routing/router.ts";
import { startRouter } from "../routing/router.ts";
import { supervisorAddress } from "../supervisor/address.ts";
import type { SupervisorSpec } from "../supervisor/child-spec.ts";
import { childSpec, RuntimeChildSpec, supervisor } from "../supervisor/child-spec.ts";
import { RestartGuardian, RestartWindow } from "../supervisor/restarts.ts";
import { settingsOf } from "../supervisor/spawn-options.ts";
import type { SupervisorHost } from "../supervisor/supervisor.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { copyFor } from "../thread/copy.ts";
import type { ThreadHost } from "../thread/host.ts";
import { RemoteDefinition } from "../thread/on-thread.ts";
import { RemoteBehavior } from "../thread/remote-behavior.ts";
import { Threads } from "../thread/threads.ts";

/** What a system is made with. */
export interface Seams {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly log: Logger;
  readonly keepAlive: boolean;
  readonly heartbeatMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
}

const DEAD_LETTERS_KEPT = 1000;

/** What a supervisor is called: `name`, or `stem` and a number. */
interface Naming {
  readonly stem: string;
  readonly name: string | undefined;
}

/** A supervisor that has not begun. */
interface Supervised {
  readonly cell: Cell;
  readonly state: Supervisor;
}

const SUPERVISOR: Naming = { stem: "supervisor", name: undefined };

export class SystemRuntime implements Runtime, SupervisorHost, RouterHost {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly deadlines: Deadlines;
  readonly log: Logger;
  readonly random: () => number;
  readonly deadLetters: DeadLetterStore;
  readonly threads: Threads;
  readonly #roots = new Map<string, Cell>();
  readonly #retired = new Account();
  readonly #keepAlive: boolean;
  readonly #idle: () => void;
  #accepting = true;
  #cells = 0;
  #living = 0;
  #release: (() => void) | undefined = undefined;

  /** `idle` is called whenever the last living actor has ended. */
  constructor(seams: Seams, idle: () => void) {
    this.clock = seams.clock;
    this.log = seams.log;
    this.random = seams.random;
    this.dispatcher = new Dispatcher(seams.clock, seams.scheduler);
    this.deadlines = new Deadlines(seams.clock);
    this.deadLetters = new DeadLetterStore(DEAD_LETTERS_KEPT, dropAddresses, seams.log);
    const { clock, log, heartbeatMs, resourceLimits } = seams;
    this.threads = new Threads({ clock, log, heartbeatMs, resourceLimits });
    this.#keepAlive = seams.keepAlive;
    this.#idle = idle;
  }

  get living(): number {
    return this.#living;
  }

  /** The actors without a parent, in the order they were spawned. */
  get roots(): Cell[] {
    return [...this.#roots.values()];
  }

  spawn(parent: Cell | undefined, definition: unknown, options: object | undefined): unknown {
    const spec = childSpec(definition, options, "transient");
    const cell = this.makeCell(parent, spec.settings.name, spec, this.#alone(spec));
    cell.life.begin();
    return firstAddress(cell);
  }

  supervise(parent: Cell | undefined, given: unknown): unknown {
    const { cell, state } = this.makeSupervisor(parent, supervisor(given as SupervisorSpec), SUPERVISOR);
    cell.life.begin();
    return supervisorAddress(firstAddress(cell), cell, state);
  }

  route(parent: Cell | undefined, definition: unknown, options: unknown): unknown {
    return startRouter(this, parent, definition, options);
  }

  makeSupervisor(parent: Cell | undefined, given: SupervisorSpec, { stem, name }: Naming): Supervised {
    const state = new Supervisor(given, this);
    const spec = new RuntimeChildSpec({ ...state.behavior, name: stem }, settingsOf(undefined, "temporary"));
    const cell = this.makeCell(parent, name, spec, this.#alone(spec));
    try {
      state.attach(cell);
    } catch (misuse) {
      for (const begun of [...cell.children, cell]) begun.life.stop();
      throw misuse;
    }
    return { cell, state };
  }

  makeCell(parent: Cell | undefined, wanted: string | undefined, spec: RuntimeChildSpec, guardian: Guardian): Cell {
    const { settings } = spec;
    const id = ++this.#cells;
    const name = wanted ?? this.#freeName(parent, spec.behavior.name, id);
    const path = `${parent?.path ?? ""}/${name}`;
    if (!this.#accepting && parent === undefined) throw new SpawnRefusedError(path, "the system was shut down");
    if (this.#find(parent, name) !== undefined) throw new DuplicateNameError(path);
    const { mailbox, shutdownMs } = settings;
    const fields = { id, path, name, mailbox, guardian, shutdownMs, parent, runtime: this };
    const cell = new Cell({ ...fields, ...this.#handlers(spec, path) });
    if (parent === undefined) this.#roots.set(name, cell);
    else parent.addChild(cell);
    if (this.#living++ === 0 && this.#keepAlive) this.#release = holdProcess();
    return cell;
  }

  deadLetter(cell: Cell, message: unknown, reason: DeadLetterReason): void {
    if (!cell.isAlive) {
      this.#retired.accepted++;
      this.#retired.deadLetter(reason);
    }
    this.deadLetters.add({ message, reason, to: cell.path });
  }

  ended(cell: Cell): void {
    if (cell.behavior instanceof RemoteBehavior) cell.behavior.release(this.threads);
    this.#retired.add(cell.account);
    endRegistrations(cell);
    if (cell.parent === undefined) this.#roots.delete(cell.name);
    if (--this.#living > 0) return;
    this.#release?.();
    void this.threads.end();
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

  /** No actor is spawned from now on. */
  close(): void {
    this.#accepting = false;
  }

  /** The account of all messages since the beginning. */
  ledger(): Ledger {
    const total = new Account();
    total.add(this.#retired);
    let queued = 0;
    let inFlight = 0;
    const visit = (cell: Cell): void => {
      total.add(cell.account);
      queued += cell.mailbox.queued;
      if (cell.inFlight !== undefined) inFlight++;
      cell.children.forEach(visit);
    };
    this.roots.forEach(visit);
    return total.ledger(queued, inFlight);
  }

  #find(parent: Cell | undefined, name: string): Cell | undefined {
    return parent === undefined ? this.#roots.get(name) : parent.child(name);
  }

  #freeName(parent: Cell | undefined, stem: string, id: number): string {
    let name = `${stem}-${id}`;
    while (this.#find(parent, name) !== undefined) name += "'";
    return name;
  }

  /** Where the handlers are: here, or on a thread, and then everything that is sent is copied. */
  #handlers(spec: RuntimeChildSpec, path: string): Pick<CellSpec, "behavior" | "prepare" | "args"> {
    const { behavior, settings } = spec;
    if (!(behavior instanceof RemoteDefinition)) return { behavior, prepare: undefined, args: settings.args };
    const args = copyFor(path, settings.args);
    const place = (): ThreadHost => this.threads.place(settings.thread, settings.resourceLimits);
    return { behavior: new RemoteBehavior(behavior, place), prepare: (message) => copyFor(path, message), args };
  }

  /** The guardian of an actor that is supervised alone. */
  #alone({ settings }: RuntimeChildSpec): Guardian {
    const { restart, backoff, intensity } = settings;
    const window = new RestartWindow(intensity, this.clock);
    return new RestartGuardian({ restart, backoff, window, random: this.random, ended: () => {} });
  }
}
