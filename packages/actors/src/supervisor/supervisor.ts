/**
 * A supervisor is an actor whose state is its children: it starts them in order, and what becomes of one that ends is
 * decided by the child's guardian with a window of intensity that all share. When that is exceeded, the supervisor ends
 * with the child's reason, as a failure for its own parent.
 */
import type { Behavior } from "../actor.ts";
import type { AddressTo } from "../address/address.ts";
import type { AnyAsk, Message } from "../address/handle.ts";
import { firstAddress } from "../address/handle.ts";
import type { Cell } from "../cell/cell.ts";
import type { ExitReason } from "../cell/exit-reason.ts";
import type { Guardian } from "../cell/guardian.ts";
import { NEW } from "../cell/phase.ts";
import type { Clock } from "../dispatcher/clock.ts";
import { DuplicateNameError, InvalidDefinitionError, SpawnRefusedError, StartFailedError } from "../errors.ts";
import type { RuntimeChildSpec, SupervisorSpec } from "./child-spec.ts";
import { specOf } from "./child-spec.ts";
import { RestartGuardian, RestartWindow } from "./restarts.ts";

/** A child as {@link SupervisorAddress.children} lists it. */
export interface ChildInfo {
  readonly id: string;
  readonly alive: boolean;
  readonly restarts: number;
}

/** What a supervisor needs of its system. */
export interface SupervisorHost {
  readonly clock: Clock;
  readonly random: () => number;
  /** Makes a cell that has not begun. */
  makeCell(parent: Cell | undefined, name: string, spec: RuntimeChildSpec, guardian: Guardian): Cell;
}

interface Child {
  readonly spec: RuntimeChildSpec;
  readonly cell: Cell;
  /** The supervisor's own, so that the child lives until it is stopped. */
  readonly address: AddressTo<Message, AnyAsk>;
  readonly dynamic: boolean;
}

export class Supervisor {
  readonly #host: SupervisorHost;
  readonly #spec: SupervisorSpec;
  readonly #window: RestartWindow;
  readonly #children = new Map<string, Child>();
  #cell: Cell | undefined = undefined;

  constructor(spec: SupervisorSpec, host: SupervisorHost) {
    this.#spec = spec;
    this.#host = host;
    this.#window = new RestartWindow(spec.intensity, host.clock);
  }

  /** What its own cell runs. */
  readonly behavior: Behavior = {
    name: "supervisor",
    on: {},
    state: () => this.#startAll(),
    started: undefined,
    stopped: undefined,
  };

  /** Makes the children, whose addresses can be used from then on. */
  attach(cell: Cell): void {
    this.#cell = cell;
    for (const [id, spec] of Object.entries(this.#spec.children)) this.#make(id, specOf(id, spec), false);
  }

  /** A new strong address of a child. */
  address(id: string): AddressTo<Message, AnyAsk> {
    return this.#child(id).address.clone();
  }

  start(id: string, given: unknown): AddressTo<Message, AnyAsk> {
    const cell = this.#cell;
    const spec = specOf(id, given);
    const path = `${cell?.path}/${id}`;
    if (cell?.accepts !== true) throw new SpawnRefusedError(path, "its supervisor has ended");
    if (this.#children.get(id)?.cell.isAlive) throw new DuplicateNameError(path);
    const child = this.#make(id, spec, true);
    child.cell.life.begin();
    return child.address.clone();
  }

  /** Gives up its own address of a child, which ends as any actor that nobody can reach. */
  release(id: string): void {
    this.#child(id).address.drop();
  }

  terminate(id: string): Promise<ExitReason> {
    return this.#child(id).cell.life.shutdown(false, "stopped");
  }

  list(): ChildInfo[] {
    return [...this.#children].map(([id, { cell }]) => ({ id, alive: cell.isAlive, restarts: cell.life.restarts }));
  }

  /** In order: each has started before the next begins. One that was terminated before its turn is left out. */
  async #startAll(): Promise<void> {
    for (const { cell } of [...this.#children.values()]) {
      if (cell.phase === NEW) cell.life.begin();
      const failure = cell.isAlive ? await outcome(cell.started) : undefined;
      if (failure instanceof StartFailedError) throw failure;
    }
  }

  #make(id: string, spec: RuntimeChildSpec, dynamic: boolean): Child {
    const { restart, backoff } = spec.settings;
    const guardian = new RestartGuardian({
      restart,
      backoff,
      window: this.#window,
      random: this.#host.random,
      ended: (reason, exceeded) => this.#ended(id, reason, exceeded),
    });
    const cell = this.#host.makeCell(this.#cell, id, spec, guardian);
    const child = { spec, cell, address: firstAddress(cell), dynamic };
    this.#children.set(id, child);
    return child;
  }

  #ended(id: string, reason: ExitReason, exceeded: boolean): void {
    const child = this.#children.get(id);
    if (child === undefined) return;
    const neverStarted = reason.kind === "startFailed" && child.cell.life.restarts === 0;
    if (child.spec.settings.restart === "temporary" || (child.dynamic && neverStarted)) this.#children.delete(id);
    if (exceeded) this.#cell?.life.fail(reason);
  }

  #child(id: string): Child {
    const child = this.#children.get(id);
    if (child !== undefined) return child;
    const known = [...this.#children.keys()].join(", ");
    throw new InvalidDefinitionError(
      `Supervisor "${this.#cell?.path}" has no child "${id}"; it has: ${known || "none"}`,
    );
  }
}

/** What a promise rejects with, undefined when it resolves. */
function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error) => error,
  );
}
