/** The handle on a router, behind its address. */
import type { Result, TrySendError, WaitOptions } from "@pneumatic/core";
import { UseAfterDropError } from "@pneumatic/core";
import type { AddressTo, WeakAddressTo } from "../address/address.ts";
import { giveTo } from "../address/handle.ts";
import type { AnyAsk, Message, Target } from "../address/target.ts";
import { OWNER, TARGET } from "../address/target.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Sent } from "../mailbox/waiting-senders.ts";
import type { AskOptions } from "../protocol.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { RouteeInfo, RouterAddressTo } from "./router-address.ts";
import type { RouterSize } from "./router-options.ts";

/** The router behind a handle. */
export interface Router {
  resize(size: RouterSize): void;
  list(): RouteeInfo[];
}

/** Over the address of the router's own actor. */
class RouterHandle implements RouterAddressTo<Message, AnyAsk> {
  readonly #address: AddressTo<Message, AnyAsk>;
  readonly #target: Target;
  readonly #router: Router;
  #dropped = false;

  constructor(address: AddressTo<Message, AnyAsk>, target: Target, router: Router) {
    this.#address = address;
    this.#target = target;
    this.#router = router;
  }

  get [TARGET](): Target {
    return this.#target;
  }

  /** The address inside is who sends. */
  set [OWNER](owner: Waiter | undefined) {
    if (owner !== undefined) giveTo(owner, this.#address);
  }

  get isDropped(): boolean {
    return this.#dropped;
  }

  get [Symbol.toStringTag](): string {
    return "RouterAddress";
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

  get isDisconnected(): boolean {
    return this.#address.isDisconnected;
  }

  tell(message: Message): void {
    this.#address.tell(message);
  }

  trySend<M extends Message>(message: M): Result<void, TrySendError<M>> {
    return this.#address.trySend(message);
  }

  send<M extends Message>(message: M, options?: WaitOptions): Promise<Sent<M>> {
    return this.#address.send(message, options);
  }

  ask(message: Message, options?: AskOptions): Promise<unknown> {
    return this.#address.ask(message, options);
  }

  resize(size: RouterSize): void {
    this.#use("resize").resize(size);
  }

  routees(): RouteeInfo[] {
    return this.#use("list the routees").list();
  }

  clone(): RouterHandle {
    return new RouterHandle(this.#address.clone(), this.#target, this.#router);
  }

  downgrade(): WeakAddressTo<Message, AnyAsk> {
    return this.#address.downgrade();
  }

  closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    return this.#address.closed(options);
  }

  drop(): void {
    this.#dropped = true;
    this.#address.drop();
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  #use(operation: string): Router {
    if (this.#dropped) throw new UseAfterDropError(`RouterAddress of "${this.path}"`, operation);
    return this.#router;
  }
}

/** A strong handle on a router; takes over `address`. */
export function routerAddress(address: AddressTo<Message, AnyAsk>, target: Target, router: Router): object {
  return new RouterHandle(address, target, router);
}
