/**
 * The thread's side: the never-ending task of a host. It starts the actors it is told to, hands each the messages that are
 * shipped to it, and reports what became of them. Mailbox, supervision and account are the parent's; here is one
 * incarnation at a time, and a handler.
 *
 * Two words in shared memory speak for this thread when it cannot: a heartbeat, and who is on the stack.
 */
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
  readonly behavior: Behavior;
  readonly context: ThreadContext;
}

class Host {
  readonly #port: MessagePort;
  readonly #words: Int32Array;
  readonly #log: Logger;
  readonly #actors = new Map<number, Actor>();

  constructor({ port, words, logLevel }: HostTask) {
    this.#port = port;
    this.#words = words;
    this.#log = pino({ level: logLevel, base: null }, { write: (line) => this.#send({ op: "log", line }) });
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

  async #start({ id, url, exportName, args, about }: Extract<ToHost, { op: "start" }>): Promise<void> {
    let loaded = false;
    try {
      const behavior = behaviorOf(((await import(url)) as Record<string, unknown>)[exportName]);
      if (!("on" in behavior)) throw new TypeError(`"${exportName}" of ${url} is on a thread already`);
      loaded = true;
      const context = new ThreadContext(about, this.#log, {
        tell: (message) => this.#send({ op: "self", id, message }),
        stop: () => this.#send({ op: "stopSelf", id }),
      });
      this.#actors.set(id, { behavior, context });
      context.state = await this.#onStack(id, () => behavior.state?.(args, context));
      await this.#onStack(id, () => behavior.started?.(context));
      this.#send({ op: "started", id, types: Object.keys(behavior.on) });
    } catch (error) {
      this.#actors.get(id)?.context.end();
      this.#actors.delete(id);
      this.#send({ op: "startFailed", id, error: packError(error), loaded });
    }
  }

  async #handle(
    { id, message, attempt }: Extract<ToHost, { op: "handle" }>,
    { behavior, context }: Actor,
  ): Promise<void> {
    context.begin(attempt);
    try {
      const reply = await this.#onStack(id, () => behavior.on[message.type]?.(context, message));
      this.#send({ op: "handled", id, reply });
    } catch (error) {
      this.#send({ op: "panicked", id, error: packError(error) });
    }
  }

  async #stop({ id, reason }: Extract<ToHost, { op: "stop" }>, { behavior, context }: Actor): Promise<void> {
    context.cancel();
    try {
      await this.#onStack(id, () => behavior.stopped?.(context, unpackReason(reason)));
      this.#send({ op: "stopped", id, error: undefined });
    } catch (error) {
      this.#send({ op: "stopped", id, error: packError(error) });
    }
  }

  /** Runs user code with its name where the parent finds it if the thread is lost. */
  #onStack<T>(id: number, run: () => T): T {
    Atomics.store(this.#words, ON_STACK, id);
    try {
      return run();
    } finally {
      Atomics.store(this.#words, ON_STACK, 0);
    }
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
