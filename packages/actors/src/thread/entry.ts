/**
 * The thread's side: the never-ending task of a host. It starts the actors it is told to, hands each the messages that are
 * shipped to it, and reports what became of them. Mailbox, supervision and account are the parent's; here is one
 * incarnation at a time, and a handler.
 *
 * Two words in shared memory speak for this thread when it cannot: a heartbeat, and who is on the stack.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { MessagePort } from "node:worker_threads";
import type { Logger } from "pino";
import { pino } from "pino";
import type { Behavior } from "../actor.ts";
import { behaviorOf } from "../actor.ts";
import { repeatEvery } from "../dispatcher/clock.ts";
import { ThreadContext } from "./thread-context.ts";
import type { HostTask, ToHost, ToParent } from "./wire.ts";
import { BEAT, ON_STACK, packError, unpackReason } from "./wire.ts";

interface Actor {
  /** Undefined while its module is loaded. */
  behavior: Behavior | undefined;
  readonly context: ThreadContext;
}

/** Whose work this is, also after an await: asked when the thread ends in the middle of it. */
const working = new AsyncLocalStorage<number>();

class Host {
  readonly #port: MessagePort;
  readonly #words: Int32Array;
  readonly #log: Logger;
  readonly #actors = new Map<number, Actor>();

  constructor({ port, words, logLevel }: HostTask) {
    this.#port = port;
    this.#words = words;
    this.#log = pino({ level: logLevel, base: null }, { write: (line) => this.#send({ op: "log", line }) });
    process.on("exit", () => this.#blame());
    process.on("uncaughtExceptionMonitor", () => this.#blame());
  }

  async receive(order: ToHost): Promise<void> {
    if (order.op === "start") return this.#start(order);
    const actor = this.#actors.get(order.id);
    if (actor === undefined) return;
    switch (order.op) {
      case "handle":
        return this.#handle(order, actor);
      case "abort":
        actor.context.abort();
        return;
      case "stop":
        return this.#stop(order, actor);
      case "forget":
        this.#actors.delete(order.id);
        actor.context.end();
        return;
    }
  }

  /** The incarnation may be forgotten at every await; then nothing more of it happens. */
  async #start({ id, url, exportName, args, about }: Extract<ToHost, { op: "start" }>): Promise<void> {
    const context = new ThreadContext(about, this.#log, {
      tell: (message) => this.#send({ op: "self", id, message }),
      stop: () => this.#send({ op: "stopSelf", id }),
    });
    const actor: Actor = { behavior: undefined, context };
    const isForgotten = (): boolean => this.#actors.get(id) !== actor;
    this.#actors.set(id, actor);
    try {
      const behavior = behaviorOf((await this.#load(id, url))[exportName]);
      if (isForgotten()) return;
      actor.behavior = behavior;
      context.state = await this.#onStack(id, () => behavior.state?.(args, context));
      if (isForgotten()) return;
      await this.#onStack(id, () => behavior.started?.(context));
      if (isForgotten()) return;
      this.#send({ op: "started", id, types: Object.keys(behavior.on) });
    } catch (error) {
      if (isForgotten()) return;
      this.#actors.delete(id);
      context.end();
      this.#send({ op: "startFailed", id, error: packError(error), loaded: actor.behavior !== undefined });
    }
  }

  /** A module is suspect until it is loaded: whatever it does then is done in nobody's name. */
  async #load(id: number, url: string): Promise<Record<string, unknown>> {
    Atomics.store(this.#words, ON_STACK, id);
    try {
      return await working.run(id, () => import(url));
    } finally {
      Atomics.compareExchange(this.#words, ON_STACK, id, 0);
    }
  }

  async #handle({ id, message, attempt, isAsk }: Extract<ToHost, { op: "handle" }>, actor: Actor): Promise<void> {
    const { behavior, context } = actor;
    context.begin(attempt, isAsk);
    try {
      const reply = await this.#onStack(id, () => behavior?.on[message.type]?.(context, message));
      this.#send({ op: "handled", id, reply: isAsk ? reply : undefined });
    } catch (error) {
      this.#send({ op: "panicked", id, error: packError(error) });
    }
  }

  async #stop({ id, reason }: Extract<ToHost, { op: "stop" }>, { behavior, context }: Actor): Promise<void> {
    const why = unpackReason(reason);
    context.cancel(why);
    try {
      await this.#onStack(id, () => behavior?.stopped?.(context, why));
      this.#send({ op: "stopped", id, error: undefined });
    } catch (error) {
      this.#send({ op: "stopped", id, error: packError(error) });
    }
  }

  /** Runs user code with its name where the parent finds it if the thread is lost. */
  #onStack<T>(id: number, run: () => T): T {
    const before = Atomics.exchange(this.#words, ON_STACK, id);
    try {
      return working.run(id, run);
    } finally {
      Atomics.store(this.#words, ON_STACK, before);
    }
  }

  /** The thread is about to end: whoever it works for now is who made it. */
  #blame(): void {
    const id = working.getStore();
    if (id !== undefined) Atomics.store(this.#words, ON_STACK, id);
  }

  #send(report: ToParent): void {
    this.#port.postMessage(report);
  }
}

/** The task that Piscina runs. It ends with the thread, or with the port. */
export default function host(task: HostTask): Promise<void> {
  const { port, words, beatMs } = task;
  const self = new Host(task);
  Atomics.add(words, BEAT, 1);
  repeatEvery(beatMs, () => Atomics.add(words, BEAT, 1));
  port.on("message", (order: ToHost) => void self.receive(order));
  return new Promise((resolve) => port.on("close", resolve));
}
