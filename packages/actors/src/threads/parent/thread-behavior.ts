/**
 * A behavior whose handlers are on another thread. The cell, with its mailbox, its account and its supervision, is where it
 * always is; a handler here ships the message and resolves when the host says what became of it. So a thread actor is an
 * actor like any other, and every guarantee about queues and restarts is the same code.
 */
import type { Behavior, Handler } from "../../cell/behavior.ts";
import type { Cell } from "../../cell/cell.ts";
import type { Incarnation } from "../../cell/incarnation.ts";
import type { ExitReason } from "../../exit-reason.ts";
import type { RemoteDefinition } from "../../runtime-definition.ts";
import { refuseSelf } from "../modules/load-module.ts";
import type { Host } from "./host.ts";
import type { Hosts } from "./hosts.ts";
import { ThreadIncarnation } from "./prefetch.ts";

export class ThreadBehavior implements Behavior {
  readonly name: string;
  on: Readonly<Record<string, Handler>> = {};
  readonly started = undefined;
  readonly isRemote = true;
  readonly #definition: RemoteDefinition;
  readonly #hostFor: () => Host;
  #host: Host | undefined = undefined;
  #incarnation: ThreadIncarnation | undefined = undefined;

  /** `hostFor` finds the host, once, unless the definition has one. */
  constructor(definition: RemoteDefinition, hostFor: () => Host) {
    if (definition.origin.url !== undefined) refuseSelf(definition.origin.url);
    this.name = definition.name;
    this.#definition = definition;
    this.#hostFor = hostFor;
  }

  /** The thread that it runs on now. */
  get threadId(): number | undefined {
    return this.#host?.threadId;
  }

  /** The actor has ended for good. */
  release(hosts: Hosts): void {
    if (this.#host !== undefined && this.#definition.host === undefined) hosts.release(this.#host);
  }

  readonly state = async (args: unknown, context: unknown): Promise<void> => {
    this.#host ??= (this.#definition.host as Host | undefined) ?? this.#hostFor();
    const incarnation = new ThreadIncarnation(this.#host, context as Incarnation, this.#definition.host !== undefined);
    (context as Incarnation).own(incarnation);
    this.#incarnation = incarnation;
    const types = await incarnation.start(this.#definition, args);
    const handle: Handler = (_, message) => incarnation.handle(message as { type: string });
    this.on = Object.setPrototypeOf(Object.fromEntries(types.map((type) => [type, handle])), null);
  };

  readonly stopped = (_: unknown, reason: ExitReason): Promise<unknown> | undefined => this.#incarnation?.stop(reason);

  readonly haltPrefetch = (): boolean => this.#incarnation?.haltPrefetch() === true;

  readonly catchUp = (cell: Cell): void => this.#incarnation?.catchUp(cell);
}
