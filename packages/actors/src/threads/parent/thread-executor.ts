/**
 * The code of an actor whose handlers are on another thread. The cell, with its mailbox, its account and its
 * supervision, stays here; an executor sends each message to the worker and resolves when the worker reports its
 * outcome. So every guarantee about queues and restarts is the same code for all actors.
 *
 * Upstream is the cell, downstream thread-incarnation.ts, which has the messages of one incarnation on their way.
 */
import type { Handler } from "../../cell/behavior.ts";
import type { Cell } from "../../cell/cell.ts";
import type { ActorCode, Executor } from "../../cell/executor.ts";
import type { Incarnation } from "../../cell/incarnation.ts";
import type { ExitReason } from "../../exit-reason.ts";
import type { RemoteDefinition } from "../../runtime-definition.ts";
import { refuseSelf } from "../modules/load-module.ts";
import type { Host } from "./host.ts";
import type { Hosts } from "./hosts.ts";
import { ThreadIncarnation } from "./thread-incarnation.ts";

export class ThreadCode implements ActorCode {
  readonly name: string;
  readonly isRemote = true;
  readonly definition: RemoteDefinition;
  readonly #hostFor: () => Host;
  #host: Host | undefined = undefined;

  /** `hostFor` finds the host, once, unless the definition has one. */
  constructor(definition: RemoteDefinition, hostFor: () => Host) {
    if (definition.origin.url !== undefined) refuseSelf(definition.origin.url);
    this.name = definition.name;
    this.definition = definition;
    this.#hostFor = hostFor;
  }

  executor(incarnation: Incarnation): Executor {
    return new ThreadExecutor(this, incarnation);
  }

  /** Returns the host of all its incarnations. Throws if no thread can be made. */
  host(): Host {
    this.#host ??= (this.definition.host as Host | undefined) ?? this.#hostFor();
    return this.#host;
  }

  /** The thread that it runs on now. */
  get threadId(): number | undefined {
    return this.#host?.threadId;
  }

  /** Releases its host: the actor has ended for good. */
  release(hosts: Hosts): void {
    if (this.#host !== undefined && this.definition.host === undefined) hosts.release(this.#host);
  }
}

class ThreadExecutor implements Executor {
  on: Readonly<Record<string, Handler>> = {};
  readonly others = undefined;
  readonly started = undefined;
  readonly #code: ThreadCode;
  readonly #context: Incarnation;
  /** Made by `state`, since until then there may be no thread. */
  #incarnation: ThreadIncarnation | undefined = undefined;

  constructor(code: ThreadCode, context: Incarnation) {
    this.#code = code;
    this.#context = context;
  }

  readonly state = async (args: unknown): Promise<void> => {
    const { definition } = this.#code;
    const incarnation = new ThreadIncarnation(this.#code.host(), this.#context, definition.host !== undefined);
    this.#context.own(incarnation);
    this.#incarnation = incarnation;
    const types = await incarnation.start(definition, args);
    const handle: Handler = (_, message) => incarnation.handle(message as { type: string });
    this.on = Object.setPrototypeOf(Object.fromEntries(types.map((type) => [type, handle])), null);
  };

  readonly stopped = (_: unknown, reason: ExitReason): Promise<unknown> | undefined => this.#incarnation?.stop(reason);

  get isSilent(): boolean {
    return this.#code.host().isSilent;
  }

  halt(): boolean {
    return this.#incarnation?.halt() === true;
  }

  catchUp(cell: Cell): void {
    this.#incarnation?.catchUp(cell);
  }

  cutShort(): void {}

  abortStopping(): void {
    this.#incarnation?.abortStopping();
  }
}
