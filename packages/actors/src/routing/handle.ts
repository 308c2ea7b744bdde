/** The handle on a router, behind its address. */
import type { Sender } from "@pneumatic/core";
import { OwningAddress } from "../address/handle.ts";
import type { AnyAsk, Message, Target } from "../address/target.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { RouteeInfo, RouterAddressTo } from "./router-address.ts";
import type { RouterSize } from "./router-options.ts";

/** The router behind a handle. */
export interface Router {
  resize(size: RouterSize): void;
  list(): RouteeInfo[];
}

class RouterHandle extends OwningAddress implements RouterAddressTo<Message, AnyAsk> {
  readonly #router: Router;

  constructor(target: Target, sender: Sender<unknown>, owner: Waiter | undefined, router: Router) {
    super(target, sender, owner);
    this.#router = router;
  }

  override get [Symbol.toStringTag](): string {
    return "RouterAddress";
  }

  resize(size: RouterSize): void {
    this.check("resize");
    this.#router.resize(size);
  }

  routees(): RouteeInfo[] {
    this.check("list the routees");
    return this.#router.list();
  }

  override clone(): RouterHandle {
    return new RouterHandle(this.target, this.senderFor("clone").clone(), this.owner, this.#router);
  }
}

/** Returns a strong handle on a router, which takes over the count of `sender`. */
export function routerAddress(target: Target, sender: Sender<unknown>, router: Router): object {
  return new RouterHandle(target, sender, undefined, router);
}
