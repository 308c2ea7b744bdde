/**
 * A supervisor is an actor whose state is its children. It starts them in order. When one ends, it decides with a
 * window of intensity that all have in common; under `one_for_all` and `rest_for_one` the group (group.ts) carries it
 * out. When the intensity is exceeded, the supervisor ends with the child's reason, as a failure for its own parent.
 *
 * The children of the specification outlive a restart of the supervisor under the same addresses; those started later
 * end.
 */
import { isTracing } from "@pneumatic/core/internal/threads";
import { forgetOrigins } from "../address/address-origins.ts";
import type { Behavior } from "../cell/behavior.ts";
import type { Cell } from "../cell/cell.ts";
import type { Decider, Directive } from "../cell/directive.ts";
import { SUSPENDED, SUSPENDED_EMPTY } from "../cell/directive.ts";
import { LocalExecutor } from "../cell/executor.ts";
import { shutDown, suspend } from "../cell/termination.ts";
import type { Clock } from "../clock.ts";
import { DuplicateNameError, InvalidDefinitionError, SpawnRefusedError, StartFailedError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { RuntimeChildSpec } from "./child-spec.ts";
import { specOf } from "./child-spec.ts";
import { Group } from "./group.ts";
import type { RestartRules } from "./restarts.ts";
import { Restarts, RestartWindow } from "./restarts.ts";
import type { ChildInfo, SupervisorSpec } from "./supervisor-address.ts";

/** A handle on a child that was made: an address, or that of a supervisor. */
export interface ChildHandle {
  clone(): ChildHandle;
  drop(): void;
}

/** The part of its system that a supervisor needs. */
export interface ActorFactory {
  readonly clock: Clock;
  readonly random: () => number;
  /** Makes an actor or a supervisor that has not begun, and its first handle. */
  make(parent: Cell | undefined, id: string, spec: RuntimeChildSpec, decider: Decider): MadeActor;
}

export interface MadeActor {
  readonly cell: Cell;
  readonly handle: ChildHandle;
}

/** The origin of a child. */
type ChildOrigin = Pick<Decider, "comesBack" | "retriesStart">;

const OF_THE_SPECIFICATION: ChildOrigin = { comesBack: true, retriesStart: false };
const STARTED_LATER: ChildOrigin = { comesBack: false, retriesStart: false };

/** A child, and its decider. */
export class Child implements Decider {
  readonly id: string;
  readonly spec: RuntimeChildSpec;
  readonly comesBack: boolean;
  readonly retriesStart: boolean;
  readonly restarts: Restarts;
  readonly #supervisor: Supervisor;
  #made: MadeActor | undefined = undefined;

  constructor(id: string, spec: RuntimeChildSpec, origin: ChildOrigin, supervisor: Supervisor, rules: RestartRules) {
    this.id = id;
    this.spec = spec;
    this.comesBack = origin.comesBack;
    this.retriesStart = origin.retriesStart;
    this.#supervisor = supervisor;
    this.restarts = new Restarts(rules, supervisor.window);
  }

  /** Makes the actor. Its handle is the supervisor's own, so that it lives until it is stopped. */
  make(parent: Cell | undefined, factory: ActorFactory): void {
    this.#made = factory.make(parent, this.id, this.spec, this);
    if (isTracing) forgetOrigins(this.#made.cell);
  }

  get cell(): Cell {
    return (this.#made as MadeActor).cell;
  }

  get handle(): ChildHandle {
    return (this.#made as MadeActor).handle;
  }

  get isTemporary(): boolean {
    return this.spec.settings.restart === "temporary";
  }

  decide(reason: ExitReason, uptimeMs: number): Directive {
    return this.#supervisor.decide(this, reason, uptimeMs);
  }

  ended(reason: ExitReason): void {
    this.#supervisor.childEnded(this, reason);
  }
}

/** The code of a supervisor, which need not start all children when it has to end. */
class SupervisorCode extends LocalExecutor {
  readonly #cutShort: () => void;

  constructor(behavior: Behavior, cutShort: () => void) {
    super(behavior);
    this.#cutShort = cutShort;
  }

  override cutShort(): void {
    this.#cutShort();
  }
}

export class Supervisor {
  /** Runs as its own cell's code. */
  readonly code: LocalExecutor;
  readonly window: RestartWindow;
  readonly #factory: ActorFactory;
  readonly #spec: SupervisorSpec;
  readonly #group: Group<Child> | undefined;
  #children = new Map<string, Child>();
  #cell: Cell | undefined = undefined;
  /** The child whose start the supervisor's own depends on, and what it failed with. */
  #starting: Child | undefined = undefined;
  #startError: StartFailedError | undefined = undefined;
  /** True if it is to end before all children have started. */
  #isCutShort = false;

  /** `name` is what supervisors of this kind are called. */
  constructor(spec: SupervisorSpec, factory: ActorFactory, name: string) {
    const state = (): Promise<void> => this.#startAll();
    const started = (): void => this.#group?.go();
    this.code = new SupervisorCode({ name, on: {}, state, started, stopped: undefined }, () => void this.#cutShort());
    this.#spec = spec;
    this.#factory = factory;
    this.window = new RestartWindow(spec.intensity, factory.clock);
    const { strategy } = spec;
    if (strategy !== "one_for_one") this.#group = new Group(strategy, this);
  }

  get cell(): Cell | undefined {
    return this.#cell;
  }

  /** Makes the children, whose addresses can be used from then on. */
  attach(cell: Cell): void {
    this.#cell = cell;
    for (const [id, spec] of Object.entries(this.#spec.children))
      this.#make(id, specOf(id, spec), OF_THE_SPECIFICATION);
  }

  /** A new strong handle on a child. */
  address(id: string): ChildHandle {
    return this.#child(id).handle.clone();
  }

  start(id: string, given: unknown): ChildHandle {
    const cell = this.#cell;
    const spec = specOf(id, given);
    const path = `${cell?.path}/${id}`;
    if (cell?.accepts !== true) throw new SpawnRefusedError(path, "its supervisor has ended");
    if (this.#children.get(id)?.cell.isAlive) throw new DuplicateNameError(path);
    const child = this.#make(id, spec, STARTED_LATER);
    if (cell.incarnation !== undefined) child.cell.life.begin(); // else when its turn comes
    return child.handle.clone();
  }

  /** Drops its own address of a child, which then ends as any actor without an address. */
  release(id: string): void {
    this.#child(id).handle.drop();
  }

  terminate(id: string): Promise<ExitReason> {
    return shutDown(this.#child(id).cell, false, "stopped");
  }

  list(): ChildInfo[] {
    return this.children.map(({ id, cell }) => ({ id, alive: cell.isAlive, restarts: cell.life.restarts }));
  }

  /** In the order of starting. */
  get children(): Child[] {
    return [...this.#children.values()];
  }

  decide(child: Child, reason: ExitReason, uptimeMs: number): Directive {
    if (this.#starting === child && this.#failsToStart(child, reason)) return SUSPENDED;
    const directive = child.restarts.decide(reason, uptimeMs);
    if (!directive.restart && directive.deadLetterReason === "intensityExceeded") {
      return this.#cell?.life.fail(reason) && child.comesBack ? SUSPENDED_EMPTY : directive;
    }
    if (!directive.restart || this.#group === undefined) return directive;
    this.#group.restart(child, directive.delayMs ?? 0);
    if (this.#starting === undefined) this.#group.go(); // else when all have started
    return SUSPENDED;
  }

  childEnded(child: Child, reason: ExitReason): void {
    if (this.#starting === child) this.#failsToStart(child, reason);
    const neverStarted = child.cell.life.starts === 0 && reason.kind === "startFailed";
    const isGone = child.isTemporary || (!child.comesBack && neverStarted);
    if (isGone && this.#children.get(child.id) === child) this.#children.delete(child.id);
  }

  /**
   * Returns `child`; or, if it has ended normally, a new one in its position. A child that was ended on purpose stays
   * so.
   */
  revived(child: Child): Child {
    const { isAlive, life } = child.cell;
    if (isAlive || life.reason.kind !== "normal") return child;
    return this.#make(child.id, child.spec, { comesBack: child.comesBack, retriesStart: true });
  }

  /** Begins a child, and waits until it has started, is suspended, or has ended. */
  async begin({ cell }: Child, delayMs: number): Promise<void> {
    const { life } = cell;
    const supervisor = this.#cell as Cell;
    const starts = life.isDown ? life.starts + 1 : 1; // one that was started since may be up
    if (cell.isAlive && life.isDown) {
      if (supervisor.life.starts > 0 || supervisor.life.restarts > 0) {
        supervisor.removeChild(cell); // the last to start is the first to stop
        supervisor.addChild(cell);
      }
      life.begin(delayMs);
    }
    while (life.starts < starts && !life.isDown) await life.change();
  }

  /**
   * Starts the children in order: each has started before the next begins. Leaves out one that was terminated before
   * its turn.
   */
  async #startAll(): Promise<void> {
    this.window.reset();
    this.#group?.reset();
    this.#startError = undefined;
    this.#isCutShort = false;
    const { incarnation, life } = this.#cell as Cell;
    if (life.restarts > 0) this.#renew();
    for (const child of this.children) {
      this.#starting = child;
      await this.begin(child, 0);
      if (this.#cell?.incarnation !== incarnation) return; // killed meanwhile
      if (this.#startError !== undefined || this.#isCutShort) break;
    }
    this.#starting = undefined;
    if (this.#isCutShort && life.endIfRequested()) return;
    if (this.#startError !== undefined) throw this.#startError;
  }

  /**
   * Ends it while it starts: it waits for the child whose turn it is as long as for one that stops, and for no other.
   */
  async #cutShort(): Promise<void> {
    const { incarnation } = this.#cell as Cell;
    this.#isCutShort = true;
    await undefined; // that child may be deciding just now
    if (this.#cell?.incarnation === incarnation && this.#starting !== undefined) await suspend(this.#starting.cell);
  }

  /** Returns true if a child has failed to start that the start of the supervisor depends on. */
  #failsToStart(child: Child, reason: ExitReason): boolean {
    const { life, path } = child.cell;
    if (!child.comesBack) return false;
    if (reason.kind !== "startFailed" && !(reason.kind === "crashed" && life.starts === 0)) return false;
    this.#startError = new StartFailedError(path, life.startError);
    return true;
  }

  /** Keeps the children of the specification after a restart, in its order, and no others. */
  #renew(): void {
    const before = this.#children;
    this.#children = new Map();
    for (const [id, spec] of Object.entries(this.#spec.children)) {
      const child = before.get(id);
      if (child?.cell.isAlive && child.comesBack) this.#children.set(id, child);
      else this.#make(id, specOf(id, spec), OF_THE_SPECIFICATION);
    }
  }

  #make(id: string, spec: RuntimeChildSpec, origin: ChildOrigin): Child {
    const { restart, backoff } = spec.settings;
    const child = new Child(id, spec, origin, this, { restart, backoff, random: this.#factory.random });
    child.make(this.#cell, this.#factory);
    this.#children.set(id, child);
    return child;
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
