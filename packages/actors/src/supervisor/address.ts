/** The handle on a supervisor, behind its address. */
import { UseAfterDropError } from "@pneumatic/core";
import type { AddressTo } from "../address/address.ts";
import { giveTo } from "../address/handle.ts";
import type { AnyAsk, Message, Target } from "../address/target.ts";
import { OWNER, TARGET } from "../address/target.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { ChildHandle, Supervisor } from "./supervisor.ts";
import type { ChildInfo } from "./supervisor-address.ts";

/** Over the address of the supervisor's own actor. */
class SupervisorHandle {
  readonly #address: AddressTo<Message, AnyAsk>;
  readonly #supervisor: Supervisor;
  readonly #target: Target;
  #owner: Waiter | undefined = undefined;
  #dropped = false;

  constructor(address: AddressTo<Message, AnyAsk>, target: Target, supervisor: Supervisor) {
    this.#address = address;
    this.#target = target;
    this.#supervisor = supervisor;
  }

  get [TARGET](): Target {
    return this.#target;
  }

  get [OWNER](): Waiter | undefined {
    return this.#owner;
  }

  set [OWNER](owner: Waiter | undefined) {
    this.#owner = owner;
  }

  get path(): string {
    return this.#target.path;
  }

  get started(): Promise<void> {
    return this.#target.started;
  }

  get exited(): Promise<ExitReason> {
    return this.#target.exited;
  }

  get isDropped(): boolean {
    return this.#dropped;
  }

  child(id: string): ChildHandle {
    return this.#given(this.#use("look up a child").address(id));
  }

  startChild(id: string, spec: unknown): ChildHandle {
    return this.#given(this.#use("start a child").start(id, spec));
  }

  async terminateChild(id: string): Promise<ExitReason> {
    return this.#use("terminate a child").terminate(id);
  }

  children(): ChildInfo[] {
    return this.#use("list the children").list();
  }

  clone(): SupervisorHandle {
    return this.#given(new SupervisorHandle(this.#address.clone(), this.#target, this.#use("clone")));
  }

  drop(): void {
    this.#dropped = true;
    this.#address.drop();
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  #given<V>(handle: V): V {
    return this.#owner === undefined ? handle : giveTo(this.#owner, handle);
  }

  #use(operation: string): Supervisor {
    if (this.#dropped) throw new UseAfterDropError(`SupervisorAddress of "${this.path}"`, operation);
    return this.#supervisor;
  }
}

/** A strong handle on a supervisor; takes over `address`. */
export function supervisorAddress(
  address: AddressTo<Message, AnyAsk>,
  target: Target,
  supervisor: Supervisor,
): ChildHandle {
  return new SupervisorHandle(address, target, supervisor);
}
