/**
 * The thread's side: the never-ending task of a host. It starts the actors it is told to, hands each the messages that are
 * shipped to it, and reports what became of them. Mailbox, supervision and account are the parent's; here is one
 * incarnation at a time, and a handler.
 *
 * Two words in shared memory speak for this thread when it cannot: a heartbeat, and who is on the stack.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { MessagePort } from "node:worker_threads";
import { receiveMessageOnPort } from "node:worker_threads";
import { currentClock, Queue } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { pino } from "pino";
import type { Behavior } from "../actor.ts";
import { behaviorOf } from "../actor.ts";
import { asPromise } from "../cell/attempt.ts";
import { repeatEvery, systemScheduler } from "../dispatcher/clock.ts";
import { hostsHere } from "./here.ts";
import { ThreadContext } from "./thread-context.ts";
import type { HostTask, ToHost, ToParent } from "./wire.ts";
import { BEAT, BEGUN, FIRST_BEFORE, HANDLED, LOW_BITS, ON_STACK, packError, unpackReason } from "./wire.ts";

/** `failed`: it has panicked, and waits for its end. */
type Phase = "starting" | "running" | "failed" | "stopping";

interface Actor {
  readonly id: number;
  /** Undefined while its module is loaded. */
  behavior: Behavior | undefined;
  readonly context: ThreadContext;
  readonly progress: Int32Array;
  readonly queue: Queue<Order>;
  /** The numbers of queued asks whose callers have given up. */
  readonly cancelled: Set<number>;
  /** Whether a message is being handled, or its turn will come. */
  isBusy: boolean;
  /** Whether it has asked for its own end. */
  isStopping: boolean;
  phase: Phase;
  /** How many messages were handled that the parent does not know of. */
  untold: number;
  /** What is being handled. */
  current: Order | undefined;
  /** The number of the last message that was begun. */
  begun: number;
}

/** A message that was shipped. */
interface Order {
  readonly seq: number;
  readonly message: { readonly type: string };
  readonly attempt: number;
  readonly isAsk: boolean;
}

/** After so many messages the parent is told, so that it ships more in time. */
const TOLD_AFTER = 128;
/** After so many milliseconds, others on this thread have their turn. */
const SLICE_MS = 1;

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
    hostsHere({ words, blame: () => this.#blame() });
    process.on("exit", () => this.#blame());
    process.on("uncaughtException", (error) => this.#uncaught(error));
  }

  async receive(order: ToHost): Promise<void> {
    if (order.op === "start") return this.#start(order);
    const actor = this.#actors.get(order.id);
    if (actor === undefined) return;
    switch (order.op) {
      case "handle":
        this.#enqueue(order, actor);
        return;
      case "cancel":
        this.#cancel(order.seq, actor);
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
  async #start(order: Extract<ToHost, { op: "start" }>): Promise<void> {
    const { id, url, exportName, args, about, progress } = order;
    const context = new ThreadContext(about, this.#log, {
      tell: (message) => this.#send({ op: "self", id, message }),
      stop: () => {
        actor.isStopping = true;
        this.#send({ op: "stopSelf", id });
      },
    });
    const actor: Actor = {
      id,
      behavior: undefined,
      context,
      progress,
      queue: new Queue(),
      cancelled: new Set(),
      isBusy: false,
      isStopping: false,
      phase: "starting",
      untold: 0,
      current: undefined,
      begun: FIRST_BEFORE,
    };
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
      actor.phase = "running";
      this.#send({ op: "started", id, types: Object.keys(behavior.on) });
    } catch (error) {
      if (!isForgotten()) this.#startFailed(actor, error);
    }
  }

  #startFailed({ id, behavior, context }: Actor, error: unknown): void {
    this.#actors.delete(id);
    context.end();
    this.#send({ op: "startFailed", id, error: packError(error), loaded: behavior !== undefined });
  }

  /** Who loads a module is suspect until it is loaded. Whatever the module does later of its own is done in nobody's name. */
  async #load(id: number, url: string): Promise<Record<string, unknown>> {
    Atomics.store(this.#words, ON_STACK, id);
    try {
      return await import(url);
    } finally {
      Atomics.compareExchange(this.#words, ON_STACK, id, 0);
    }
  }

  #enqueue({ first, messages, attempt, asks }: Extract<ToHost, { op: "handle" }>, actor: Actor): void {
    let asked = 0;
    for (const [at, message] of messages.entries()) {
      const isAsk = asks[asked] === at;
      if (isAsk) asked++;
      actor.queue.push({ seq: first + at, message, attempt: at === 0 ? attempt : 1, isAsk });
    }
    if (!actor.isBusy) this.#run(actor);
  }

  /** Handles what is queued, one message at a time, for as long as handlers return at once and the slice lasts. */
  #run(actor: Actor): void {
    actor.isBusy = true;
    const end = currentClock().now() + SLICE_MS;
    this.#onStack(actor.id, () => {
      while (actor.queue.length > 0) {
        if (!this.#next(actor, actor.queue.shift())) return;
        if (currentClock().now() > end) {
          this.#tell(actor);
          systemScheduler.later(() => this.#run(actor));
          return;
        }
      }
      actor.isBusy = false;
      this.#tell(actor);
    });
  }

  /** Begins one message; whether the next may follow at once. */
  #next(actor: Actor, order: Order): boolean {
    const { behavior, context, progress } = actor;
    const { seq, message, attempt, isAsk } = order;
    const before = (seq - 1) & LOW_BITS;
    if (actor.isStopping || Atomics.compareExchange(progress, BEGUN, before, seq & LOW_BITS) !== before) {
      actor.queue.clear();
      this.#tell(actor);
      return false; // busy for good: this incarnation begins nothing more
    }
    actor.begun = seq;
    actor.current = order;
    if (actor.cancelled.delete(seq)) {
      this.#send({ op: "skipped", id: actor.id, seq });
      this.#handled(actor, seq);
      return true;
    }
    context.begin(attempt, isAsk);
    try {
      const reply = asPromise(behavior?.on[message.type]?.(context, message));
      if (reply instanceof Promise) {
        reply.then(
          (value) => this.#settled(actor, order, value),
          (error) => this.#panicked(actor, seq, error),
        );
        this.#tell(actor);
        return false;
      }
      this.#replied(actor, order, reply);
      return true;
    } catch (error) {
      this.#panicked(actor, seq, error);
      return false;
    }
  }

  /** A handler that took its time is through. */
  #settled(actor: Actor, order: Order, reply: unknown): void {
    if (this.#actors.get(actor.id) !== actor) return;
    try {
      this.#replied(actor, order, reply);
    } catch (error) {
      this.#panicked(actor, order.seq, error);
      return;
    }
    this.#tell(actor);
    this.#run(actor);
  }

  /** Throws when the reply cannot be copied. */
  #replied(actor: Actor, { seq, isAsk }: Order, reply: unknown): void {
    if (isAsk) this.#send({ op: "replied", id: actor.id, seq, reply });
    this.#handled(actor, seq);
  }

  /** Counts once its reply is on its way: a thread that is lost in between has it in flight. */
  #handled(actor: Actor, seq: number): void {
    Atomics.store(actor.progress, HANDLED, seq & LOW_BITS);
    actor.current = undefined;
    if (++actor.untold >= TOLD_AFTER) this.#tell(actor);
  }

  #tell(actor: Actor): void {
    if (actor.untold === 0) return;
    actor.untold = 0;
    this.#send({ op: "progress", id: actor.id });
  }

  /** Handling message `seq`; 0 for none. */
  #panicked(actor: Actor, seq: number, error: unknown): void {
    actor.queue.clear();
    actor.isStopping = true;
    actor.phase = "failed";
    this.#send({ op: "panicked", id: actor.id, seq, error: packError(error) });
  }

  #cancel(seq: number, { current, begun, context, cancelled }: Actor): void {
    if (current?.seq === seq) context.abort();
    else if (seq > begun) cancelled.add(seq);
  }

  async #stop({ id, reason }: Extract<ToHost, { op: "stop" }>, actor: Actor): Promise<void> {
    const { behavior, context } = actor;
    actor.phase = "stopping";
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

  /** Thrown in a timer, or rejected where nobody looked: a panic of whose work it was; nobody's ends the thread. */
  #uncaught(error: unknown): void {
    const id = working.getStore();
    if (id === undefined) throw error;
    const actor = this.#actors.get(id);
    if (actor === undefined) this.#log.warn({ err: error }, "an actor that has ended has failed once more");
    else if (actor.phase === "starting") this.#startFailed(actor, error);
    else if (actor.phase === "running") this.#panicked(actor, actor.current?.seq ?? 0, error);
    else actor.context.log.warn({ err: error }, "it has failed once more while it ends");
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
  port.on("message", (order: ToHost) => {
    void self.receive(order);
    // All that has come, before anything of it goes on: a message that is cancelled is not begun in between.
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      void self.receive(next.message);
  });
  return new Promise((resolve) => port.on("close", resolve));
}
