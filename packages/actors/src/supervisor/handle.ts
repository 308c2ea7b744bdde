/** The handle on a supervisor, behind its address. */
import type { Sender } from "@pneumatic/core";
import { CountedAddress, giveTo } from "../address/handle.ts";
import type { Target } from "../address/target.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { ChildHandle, Supervisor } from "./supervisor.ts";
import type { ChildInfo } from "./supervisor-address.ts";

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

  async restartChild(id: string): Promise<ChildHandle> {
    this.check("restart a child");
    return this.#given(this.#supervisor.restart(id));
  }

  async deleteChild(id: string): Promise<void> {
    this.check("delete a child");
    this.#supervisor.delete(id);
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
