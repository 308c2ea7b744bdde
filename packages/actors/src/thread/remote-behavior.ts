/**
 * A behavior whose handlers are on another thread. The cell, with its mailbox, its account and its supervision, is where it
 * always is; a handler here ships the message and resolves when the host says what became of it. So a thread actor is an
 * actor like any other, and every guarantee about queues and restarts is the same code.
 */
import type { Behavior, Handler } from "../actor.ts";
import type { ExitReason } from "../cell/exit-reason.ts";
import { textOf } from "../cell/exit-reason.ts";
import type { Incarnation } from "../cell/incarnation.ts";
import { ThreadLostError } from "../errors.ts";
import type { Tenant, ThreadHost } from "./host.ts";
import type { RemoteDefinition } from "./on-thread.ts";
import type { Threads } from "./threads.ts";
import type { About, ToParent } from "./wire.ts";
import { packReason, unpackError } from "./wire.ts";

let incarnations = 0;

export class RemoteBehavior implements Behavior {
  readonly name: string;
  on: Readonly<Record<string, Handler>> = {};
  readonly started = undefined;
  readonly isRemote = true;
  readonly #definition: RemoteDefinition;
  readonly #place: () => ThreadHost;
  #host: ThreadHost | undefined = undefined;
  #tenant: RemoteIncarnation | undefined = undefined;

  /** `place` finds the host, once. */
  constructor(definition: RemoteDefinition, place: () => ThreadHost) {
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
    if (this.#host !== undefined) threads.release(this.#host);
  }

  readonly state = async (args: unknown, context: unknown): Promise<void> => {
    this.#host ??= this.#place();
    const tenant = new RemoteIncarnation(this.#host, context as Incarnation);
    (context as Incarnation).own(tenant);
    this.#tenant = tenant;
    const types = await tenant.start(this.#definition, args);
    const ship: Handler = (incarnation, message) =>
      tenant.handle(incarnation as Incarnation, message as { type: string });
    this.on = Object.setPrototypeOf(Object.fromEntries(types.map((type) => [type, ship])), null);
  };

  readonly stopped = (_: unknown, reason: ExitReason): Promise<unknown> | undefined => this.#tenant?.stop(reason);
}

/** One incarnation on a host. The host owes it at most one answer at a time. */
class RemoteIncarnation implements Tenant, Disposable {
  readonly #id = ++incarnations;
  readonly #host: ThreadHost;
  readonly #context: Incarnation;
  #gone = false;
  #resolve: ((answer: unknown) => void) | undefined = undefined;
  #reject: ((error: unknown) => void) | undefined = undefined;

  constructor(host: ThreadHost, context: Incarnation) {
    this.#host = host;
    this.#context = context;
    host.admit(this.#id, this);
  }

  get isWaiting(): boolean {
    return this.#resolve !== undefined;
  }

  get about(): About {
    const { path, generation, actorId } = this.#context;
    return { path, generation, actorId };
  }

  start({ url, exportName }: RemoteDefinition, args: unknown): Promise<readonly string[]> {
    const { about } = this;
    return this.#await(() => this.#host.send({ op: "start", id: this.#id, url, exportName, args, about })) as Promise<
      string[]
    >;
  }

  async handle({ attempt, callerSignal }: Incarnation, message: { readonly type: string }): Promise<unknown> {
    const isAsk = callerSignal !== undefined;
    const abort = (): void => this.#host.send({ op: "abort", id: this.#id });
    callerSignal?.addEventListener("abort", abort);
    try {
      return await this.#await(() => this.#host.send({ op: "handle", id: this.#id, message, attempt, isAsk }));
    } finally {
      callerSignal?.removeEventListener("abort", abort);
    }
  }

  /** Runs the `stopped` hook there, unless the thread is gone. */
  stop(reason: ExitReason): Promise<unknown> | undefined {
    if (this.#gone) return undefined;
    return this.#await(() => this.#host.send({ op: "stop", id: this.#id, reason: packReason(reason) }));
  }

  /** The incarnation has ended. */
  [Symbol.dispose](): void {
    if (!this.#gone) this.#host.send({ op: "forget", id: this.#id });
    this.#gone = true;
    this.#host.leave(this.#id, this.isWaiting);
  }

  received(report: ToParent): void {
    switch (report.op) {
      case "started":
        this.#settle(report.types);
        break;
      case "handled":
        this.#settle(report.reply);
        break;
      case "panicked":
        this.#fail(unpackError(report.error));
        break;
      case "stopped":
        if (report.error === undefined) this.#settle(undefined);
        else this.#fail(unpackError(report.error));
        break;
      case "startFailed": {
        const error = unpackError(report.error);
        this.#fail(report.loaded ? error : new ThreadLostError("loadFailed", textOf(error), error));
        break;
      }
      case "self":
        this.#context.self.tell(report.message);
        break;
      case "stopSelf":
        this.#context.stop();
        break;
      case "log":
        break;
    }
  }

  lost(error: ThreadLostError): void {
    this.#gone = true;
    if (this.isWaiting) this.#fail(error);
    else this.#context.lost({ kind: "crashed", cause: error.how });
  }

  #await(send: () => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      send();
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #settle(answer: unknown): void {
    this.#resolve?.(answer);
    this.#resolve = this.#reject = undefined;
  }

  #fail(error: unknown): void {
    this.#reject?.(error);
    this.#resolve = this.#reject = undefined;
  }
}
