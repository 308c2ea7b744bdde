/**
 * A behavior whose handlers are on another thread. The cell, with its mailbox, its account and its supervision, is where it
 * always is; a handler here ships the message and resolves when the host says what became of it. So a thread actor is an
 * actor like any other, and every guarantee about queues and restarts is the same code.
 */
import type { Behavior, Handler } from "../../cell/behavior.ts";
import type { Cell } from "../../cell/cell.ts";
import type { Incarnation } from "../../cell/incarnation.ts";
import type { RemoteDefinition } from "../../definition.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { refuseSelf } from "../modules/load-module.ts";
import type { ThreadHost } from "./host.ts";
import type { Threads } from "./hosts.ts";
import { RemoteIncarnation } from "./prefetch.ts";

export class RemoteBehavior implements Behavior {
  readonly name: string;
  on: Readonly<Record<string, Handler>> = {};
  readonly started = undefined;
  readonly isRemote = true;
  readonly #definition: RemoteDefinition;
  readonly #place: () => ThreadHost;
  #host: ThreadHost | undefined = undefined;
  #tenant: RemoteIncarnation | undefined = undefined;

  /** `place` finds the host, once, unless the definition has one. */
  constructor(definition: RemoteDefinition, place: () => ThreadHost) {
    if (definition.origin.url !== undefined) refuseSelf(definition.origin.url);
    this.name = definition.name;
    this.#definition = definition;
    this.#place = place;
  }

  /** The thread that it runs on now. */
  get threadId(): number | undefined {
    return this.#host?.threadId;
  }

  /** The actor has ended for good. */
  release(threads: Threads): void {
    if (this.#host !== undefined && this.#definition.host === undefined) threads.release(this.#host);
  }

  readonly state = async (args: unknown, context: unknown): Promise<void> => {
    this.#host ??= (this.#definition.host as ThreadHost | undefined) ?? this.#place();
    const tenant = new RemoteIncarnation(this.#host, context as Incarnation, this.#definition.host !== undefined);
    (context as Incarnation).own(tenant);
    this.#tenant = tenant;
    const types = await tenant.start(this.#definition, args);
    const ship: Handler = (_, message) => tenant.handle(message as { type: string });
    this.on = Object.setPrototypeOf(Object.fromEntries(types.map((type) => [type, ship])), null);
  };

  readonly stopped = (_: unknown, reason: ExitReason): Promise<unknown> | undefined => this.#tenant?.stop(reason);

  readonly haltPrefetch = (): boolean => this.#tenant?.haltPrefetch() === true;

  readonly catchUp = (cell: Cell): void => this.#tenant?.catchUp(cell);
}
