/**
 * Makes the actors, supervisors and routers of one system, and enters them into its tree. A supervisor and a router make their
 * children by it as well. An actor begins when it has its place: what cannot be made leaves nothing behind.
 *
 * Above the limits: it puts together what all the rooms below have.
 */
import type { Sender } from "@pneumatic/core";
import { firstSender, giveTo, strongAddress } from "../address/handle.ts";
import { forEachHandle } from "../address/walk.ts";
import { Cell } from "../cell/cell.ts";
import type { Decider } from "../cell/directive.ts";
import type { Runtime, TreePosition } from "../cell/environment.ts";
import { childPath } from "../cell/environment.ts";
import { stopRequest } from "../cell/termination.ts";
import { DuplicateNameError, SpawnRefusedError } from "../errors.ts";
import type { RouterFactory } from "../routing/router.ts";
import { startRouter } from "../routing/router.ts";
import { RemoteDefinition } from "../runtime-definition.ts";
import type { SuperviseOptions } from "../supervisor/actor-options.ts";
import type { RuntimeChildSpec } from "../supervisor/child-spec.ts";
import { checkedSupervisor, childSpec, supervisorSpec } from "../supervisor/child-spec.ts";
import { supervisorAddress } from "../supervisor/handle.ts";
import type { Settings } from "../supervisor/settings.ts";
import { SPAWN } from "../supervisor/settings.ts";
import type { ActorFactory, MadeActor } from "../supervisor/supervisor.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import type { SupervisorSpec } from "../supervisor/supervisor-address.ts";
import type { Host } from "../threads/parent/host.ts";
import type { Hosts } from "../threads/parent/hosts.ts";
import { ThreadCode } from "../threads/parent/thread-executor.ts";
import { copyFor } from "../threads/wire/marshal.ts";
import type { ActorTree } from "./actor-tree.ts";
import { checkSupervise } from "./check-options.ts";
import type { HealthWatch } from "./health.ts";

/** The system, as its spawner needs it. */
interface SpawningRuntime extends Runtime {
  readonly random: () => number;
  readonly hosts: Hosts;
  readonly health: HealthWatch;
  /** Called for each new actor in the tree. */
  entered(cell: Cell): void;
}

/** The name of a supervisor: `name`, or `stem` and a number. */
interface Naming {
  readonly stem: string;
  readonly name: string | undefined;
  readonly essential: boolean;
  /** True for a router; false when left out. */
  readonly isRouter?: boolean;
}

/** A supervisor that has not begun. */
interface Supervised {
  readonly cell: Cell;
  readonly sender: Sender<unknown>;
  readonly state: Supervisor;
}

export class Spawner implements ActorFactory, RouterFactory {
  readonly #runtime: SpawningRuntime;
  readonly #tree: ActorTree;
  #accepting = true;
  #cells = 0;

  constructor(runtime: SpawningRuntime, tree: ActorTree) {
    this.#runtime = runtime;
    this.#tree = tree;
  }

  get clock(): Runtime["clock"] {
    return this.#runtime.clock;
  }

  get random(): () => number {
    return this.#runtime.random;
  }

  /** Refuses actors without a parent from now on. */
  close(): void {
    this.#accepting = false;
  }

  spawn(parent: Cell | undefined, definition: unknown, options: object | undefined): unknown {
    const spec = childSpec(definition, options, "transient", SPAWN);
    const { cell, handle } = this.make(parent, spec.name, spec);
    cell.life.begin();
    return handle;
  }

  supervise(parent: Cell | undefined, given: unknown, options: SuperviseOptions = {}): unknown {
    checkSupervise(options);
    const spec = supervisorSpec(checkedSupervisor(given as SupervisorSpec), options, "temporary");
    const { cell, handle } = this.make(parent, spec.name, spec);
    cell.life.begin();
    return handle;
  }

  route(parent: Cell | undefined, definition: unknown, options: unknown): unknown {
    return startRouter(this, parent, definition, options);
  }

  make(parent: Cell | undefined, name: string | undefined, spec: RuntimeChildSpec, decider?: Decider): MadeActor {
    const { behavior, settings, args, stem } = spec;
    if ("children" in behavior) {
      const { essential } = settings;
      const { cell, sender, state } = this.makeSupervisor(parent, behavior, { stem, name, essential }, decider);
      this.#runtime.health.supervised(cell, state);
      return { cell, handle: supervisorAddress(cell, sender, state) };
    }
    const position = this.#position(parent, { stem, name }, decider);
    const isRemote = behavior instanceof RemoteDefinition;
    const cell = isRemote
      ? this.#makeRemote(position, behavior, settings, args)
      : this.#enter(new Cell(position, behavior, args, settings, this.#runtime));
    return { cell, handle: strongAddress(cell, firstSender(cell)) };
  }

  makeSupervisor(parent: Cell | undefined, spec: SupervisorSpec, naming: Naming, decider?: Decider): Supervised {
    const state = new Supervisor(spec, this, naming.stem, naming.isRouter === true);
    const position = this.#position(parent, naming, decider);
    const { settings } = supervisorSpec(spec, naming, "temporary");
    const cell = this.#enter(new Cell(position, state.code, undefined, settings, this.#runtime));
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

  /** Makes an actor whose handlers are on a thread, so that everything sent to it is copied. */
  #makeRemote(position: TreePosition, definition: RemoteDefinition, settings: Settings, args: unknown): Cell {
    const { hosts } = this.#runtime;
    const host = (): Host => hosts.hostFor(settings.thread, settings.resourceLimits);
    const path = childPath(position.parent, position.name ?? `${definition.name}-${position.id}`);
    const copy = (message: unknown): unknown => copyFor(path, message);
    return this.#enter(new Cell(position, new ThreadCode(definition, host), copy(args), settings, this.#runtime, copy));
  }

  #position(
    parent: Cell | undefined,
    { stem, name: chosen }: Omit<Naming, "essential">,
    decider: Decider | undefined,
  ): TreePosition {
    const name = chosen ?? this.#tree.markedName(parent, stem, this.#cells + 1);
    if (!this.#accepting && parent === undefined) {
      throw new SpawnRefusedError(childPath(parent, name ?? stem), "the system was shut down. Make a new one");
    }
    if (name !== undefined && this.#tree.find(parent, name) !== undefined) {
      throw new DuplicateNameError(childPath(parent, name));
    }
    return { id: ++this.#cells, name, parent, decider };
  }

  /** Puts a new actor into the tree; it owns the addresses in its `args` from now on. */
  #enter(cell: Cell): Cell {
    if (cell.args !== undefined) {
      forEachHandle(cell.args, (handle) => {
        cell.hasAddresses = true;
        giveTo(cell, handle);
      });
    }
    this.#tree.add(cell);
    this.#runtime.entered(cell);
    return cell;
  }
}
