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
import type { Decider, Directive, Exit } from "../cell/directive.ts";
import { SUSPENDED, SUSPENDED_EMPTY } from "../cell/directive.ts";
import { LocalExecutor } from "../cell/executor.ts";
import { shutDown, suspend } from "../cell/termination.ts";
import type { Clock } from "../clock.ts";
import { DuplicateNameError, InvalidDefinitionError, SpawnRefusedError, StartFailedError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { RuntimeChildSpec } from "./child-spec.ts";
import { specOf } from "./child-spec.ts";
import { Group } from "./group.ts";
import { isStartFailure } from "./restart-policy.ts";
import { EXCEEDED, Restarts, RestartWindow } from "./restarts.ts";
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
interface ChildOrigin {
  readonly comesBack: boolean;
  /** True if it takes the place of one that has ended normally. */
  readonly isReplacement: boolean;
}

const OF_THE_SPECIFICATION: ChildOrigin = { comesBack: true, isReplacement: false };
const STARTED_LATER: ChildOrigin = { comesBack: false, isReplacement: false };

/** A child, and its decider. */
export class Child implements Decider {
  readonly id: string;
  readonly spec: RuntimeChildSpec;
  readonly comesBack: boolean;
  readonly isReplacement: boolean;
  readonly restarts: Restarts;
  readonly #supervisor: Supervisor;
  #made: MadeActor | undefined = undefined;

  constructor(id: string, spec: RuntimeChildSpec, origin: ChildOrigin, supervisor: Supervisor, factory: ActorFactory) {
    this.id = id;
    this.spec = spec;
    this.comesBack = origin.comesBack;
    this.isReplacement = origin.isReplacement;
    this.#supervisor = supervisor;
    this.restarts = new Restarts(spec.settings, factory, spec.hasOwnWindow ? undefined : supervisor.window);
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

  decide(exit: Exit): Directive {
    return this.#supervisor.decide(this, exit);
  }

  ended(reason: ExitReason): void {
    this.#supervisor.childEnded(this, reason);
  }
}

/** A start of all children, one after the other. */
interface StartOfAll {
  /** The one whose turn it is. */
  child: Child | undefined;
  /** The error of its start: the supervisor's own start fails with it. */
  error: StartFailedError | undefined;
  /** True if the supervisor has to end before all have started. */
  isCutShort: boolean;
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
  /** The start of all children; undefined if none is under way. */
  #start: StartOfAll | undefined = undefined;

  readonly #isRouter: boolean;

  /** `name` is what supervisors of this kind are called. The children of a router are its routees. */
  constructor(spec: SupervisorSpec, factory: ActorFactory, name: string, isRouter: boolean) {
    this.#isRouter = isRouter;
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
    const spec = specOf(id, given);
    return this.#started(id, () => this.#make(id, spec, STARTED_LATER));
  }

  /** Starts a child that has ended once more, in its place. */
  restart(id: string): ChildHandle {
    const { spec, comesBack } = this.#endedChild(id);
    return this.#started(id, () => this.#make(id, spec, { comesBack, isReplacement: false }));
  }

  #started(id: string, make: () => Child): ChildHandle {
    const cell = this.#cell;
    if (cell?.accepts !== true) throw new SpawnRefusedError(`${cell?.path}/${id}`, "its supervisor has ended");
    if (this.#children.get(id)?.cell.isAlive) throw new DuplicateNameError(`${cell.path}/${id}`);
    const child = make();
    if (cell.incarnation !== undefined) child.cell.life.begin(); // else when its turn comes
    return child.handle.clone();
  }

  /** Takes a child that has ended off the list. */
  delete(id: string): void {
    this.#endedChild(id);
    this.#children.delete(id);
  }

  #endedChild(id: string): Child {
    const child = this.#child(id);
    if (!child.cell.isAlive) return child;
    throw new InvalidDefinitionError(`Child "${child.cell.path}" is alive: terminateChild("${id}") ends it first`);
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

  /** The actors of the children of the specification. */
  get staticChildren(): Cell[] {
    return this.children.flatMap(({ comesBack, cell }) => (comesBack ? [cell] : []));
  }

  /** In the order of starting. */
  get children(): Child[] {
    return [...this.#children.values()];
  }

  decide(child: Child, exit: Exit): Directive {
    const { comesBack, isReplacement, restarts } = child;
    const isAwaited = comesBack && this.#start?.child === child;
    const directive = restarts.after(exit, { isReplacement, isAwaited, isRoutee: this.#isRouter });
    if (directive === undefined) {
      this.#failStart(child);
      return SUSPENDED;
    }
    if (directive === EXCEEDED && child.spec.hasOwnWindow) return EXCEEDED;
    if (directive === EXCEEDED) return this.#cell?.life.fail(exit.reason) && comesBack ? SUSPENDED_EMPTY : EXCEEDED;
    if (!directive.restart || directive.delayMs === undefined || this.#group === undefined) return directive;
    this.#group.restart(child, directive.delayMs);
    if (this.#start === undefined) this.#group.go(); // else when all have started
    return SUSPENDED;
  }

  childEnded(child: Child, reason: ExitReason): void {
    const { starts } = child.cell.life;
    if (this.#start?.child === child && child.comesBack && isStartFailure(reason, starts)) this.#failStart(child);
    const neverStarted = starts === 0 && reason.kind === "startFailed";
    const isGone = child.isTemporary || (!child.comesBack && neverStarted);
    if (isGone && this.#children.get(child.id) === child) this.#children.delete(child.id);
  }

  /** Fails the start of all with that of `child`. */
  #failStart(child: Child): void {
    const { path, life } = child.cell;
    if (this.#start !== undefined) this.#start.error = new StartFailedError(path, life.startError);
  }

  /**
   * Returns `child`; or, if it has ended normally, a new one in its position. A child that was ended on purpose stays
   * so, and a supervisor that drains makes no new one.
   */
  revived(child: Child): Child {
    const { isAlive, life } = child.cell;
    if (isAlive || life.reason.kind !== "normal" || !this.#cell?.accepts) return child;
    return this.#make(child.id, child.spec, { comesBack: child.comesBack, isReplacement: true });
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
    for (const { spec, restarts } of this.children) if (spec.hasOwnWindow) restarts.reset();
    this.#group?.reset();
    const start: StartOfAll = { child: undefined, error: undefined, isCutShort: false };
    this.#start = start;
    const { incarnation, life } = this.#cell as Cell;
    if (life.restarts > 0) this.#renew();
    for (const child of this.children) {
      start.child = child;
      await this.begin(child, 0);
      if (this.#cell?.incarnation !== incarnation) return; // killed meanwhile
      if (start.error !== undefined || start.isCutShort) break;
    }
    this.#start = undefined;
    if (start.isCutShort && life.endIfRequested()) return;
    if (start.error !== undefined) throw start.error;
  }

  /**
   * Ends it while it starts: it waits for the child whose turn it is as long as for one that stops, and for no other.
   */
  async #cutShort(): Promise<void> {
    const { incarnation } = this.#cell as Cell;
    const start = this.#start;
    if (start === undefined) return;
    start.isCutShort = true;
    await undefined; // that child may be deciding just now
    const isUnderWay = this.#cell?.incarnation === incarnation && this.#start === start;
    if (isUnderWay && start.child !== undefined) await suspend(start.child.cell);
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
    const child = new Child(id, spec, origin, this, this.#factory);
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
