/** The handle on a supervisor: a strong address like any other, by which its children are reached and managed. */
import type { Sender } from "@pneumatic/core";
import { CountedAddress, giveTo } from "../address/handle.ts";
import type { Target } from "../address/target.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { AddressOf, ChildSpec, ChildSpecs, SupervisorSpec } from "./child-spec.ts";
import type { ChildHandle, ChildInfo, Supervisor } from "./supervisor.ts";

/**
 * A strong handle on a supervisor. When the last one is dropped, the children drain in reverse order, each within its
 * `shutdownMs`, and the supervisor stops.
 */
export interface SupervisorAddress<out C extends ChildSpecs = ChildSpecs> extends Disposable {
  /** The place of the supervisor in its system; a child's is below it. */
  readonly path: string;
  /** Settles when every child has started; rejects with `StartFailedError`, which need not be observed. */
  readonly started: Promise<void>;
  /** Why the supervisor ended for good, once it has. Never rejects. */
  readonly exited: Promise<ExitReason>;
  /** A new strong address of a child, which the caller drops. It stays good across restarts. */
  child<K extends keyof C & string>(id: K): AddressOf<C[K]>;
  /** Starts another child. The caller drops the address; the child lives until it is terminated. */
  startChild<const Spec extends ChildSpec<unknown> | SupervisorSpec>(id: string, spec: Spec): AddressOf<Spec>;
  /** Stops a child after its current message, without a restart; resolves with its exit reason. */
  terminateChild(id: string): Promise<ExitReason>;
  /** The children in the order they were added. A `temporary` one that ended is not listed any more. */
  children(): ChildInfo[];
  /** One more strong handle. */
  clone(): SupervisorAddress<C>;
  /** Gives up this handle. Idempotent. */
  drop(): void;
}

class SupervisorHandle extends CountedAddress {
  readonly #supervisor: Supervisor;

  constructor(target: Target, sender: Sender<unknown>, owner: Waiter | undefined, supervisor: Supervisor) {
    super(target, sender, owner);
    this.#supervisor = supervisor;
  }

  get [Symbol.toStringTag](): string {
    return "SupervisorAddress";
  }

  child(id: string): ChildHandle {
    this.check("look up a child");
    return this.#given(this.#supervisor.address(id));
  }

  startChild(id: string, spec: unknown): ChildHandle {
    this.check("start a child");
    return this.#given(this.#supervisor.start(id, spec));
  }

  async terminateChild(id: string): Promise<ExitReason> {
    this.check("terminate a child");
    return this.#supervisor.terminate(id);
  }

  children(): ChildInfo[] {
    this.check("list the children");
    return this.#supervisor.list();
  }

  clone(): SupervisorHandle {
    return new SupervisorHandle(this.target, this.senderFor("clone").clone(), this.owner, this.#supervisor);
  }

  #given(handle: ChildHandle): ChildHandle {
    const owner = this.owner;
    return owner === undefined ? handle : giveTo(owner, handle);
  }
}

/** Returns a strong handle on a supervisor, which takes over the count of `sender`. */
export function supervisorAddress(target: Target, sender: Sender<unknown>, supervisor: Supervisor): ChildHandle {
  return new SupervisorHandle(target, sender, undefined, supervisor);
}
