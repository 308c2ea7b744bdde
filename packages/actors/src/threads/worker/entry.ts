/**
 * The thread's side: the never-ending task of a host. It starts the actors it is told to, hands each its deliveries,
 * and reports their outcome. Mailbox, supervision and account are the parent's; here is one incarnation at a time, and
 * a handler.
 *
 * Two words in shared memory speak for this thread when it cannot: a heartbeat, and who is on the stack.
 *
 * Above the limits: it is where a thread begins, and wires its rooms together.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { getHeapStatistics } from "node:v8";
import { currentClock, Queue } from "@pneumatic/core/internal";
import type { Connection } from "@pneumatic/core/internal/threads";
import { joinConnection } from "@pneumatic/core/internal/threads";
import type { TransferList } from "@pneumatic/core/threads";
import type { Logger } from "pino";
import { pino } from "pino";
import { dropAddresses } from "../../address/walk.ts";
import type { Behavior } from "../../cell/behavior.ts";
import { asPromise } from "../../cell/failure.ts";
import { platformScheduler, repeatEvery } from "../../clock.ts";
import type { DefinitionOrigin } from "../../runtime-definition.ts";
import type { Module } from "../modules/load-module.ts";
import { behaviorIn, loadModule } from "../modules/load-module.ts";
import { setCurrentHost } from "../wire/current-host.ts";
import { marshalError, unmarshalReason } from "../wire/errors.ts";
import type { AddressDescriptor, Marshalled } from "../wire/marshal.ts";
import { unmarshal, unmarshalAll } from "../wire/marshal.ts";
import type { HostTask, ToParent, ToWorker } from "../wire/messages.ts";
import {
  ACKNOWLEDGED,
  BEAT,
  FIRST_BEFORE,
  HEAP_MB,
  LOADING,
  LOW_BITS,
  ON_STACK,
  OS_THREAD,
  REPORTS,
  STARTED,
} from "../wire/shared-words.ts";
import { ChildSpawner } from "./children.ts";
import { Definitions } from "./definitions.ts";
import type { Delivery, HostedActor } from "./hosted-actor.ts";
import { Imports } from "./imports.ts";
import type { Parent } from "./thread-context.ts";
import { ThreadContext } from "./thread-context.ts";

/** The messages after which the parent gets a record, so that it sends more in time. */
const ACKNOWLEDGE_AFTER = 128;
/** The milliseconds after which others on this thread have their turn. */
const SLICE_MS = 1;

/** The id of the incarnation whose work this is, also after an await: read when the thread ends in the middle of it. */
const working = new AsyncLocalStorage<number>();

class WorkerHost {
  readonly #line: Connection;
  readonly #words: Int32Array;
  readonly #log: Logger;
  readonly #actors = new Map<number, HostedActor>();
  readonly #imports: Imports;
  readonly #definitions = new Definitions();

  constructor({ port, words, logLevel }: HostTask, ended: () => void) {
    this.#words = words;
    this.#log = pino({ level: logLevel, base: null }, { write: (line) => this.#send({ op: "log", line }) });
    this.#imports = new Imports(this.#log, (record, transferList) => this.#send(record, transferList));
    setCurrentHost({ words, blame: () => this.#blame() });
    process.on("exit", () => this.#blame());
    process.on("uncaughtException", (error) => this.#uncaught(error));
    this.#line = joinConnection(port, (record) => void this.#receive(record as ToWorker), ended);
  }

  async #receive(record: ToWorker): Promise<void> {
    switch (record.op) {
      case "start":
        return this.#start(record);
      case "handle":
        this.#enqueue(record, this.#actors.get(record.id));
        return;
      case "cancel":
        this.#cancel(record, this.#actors.get(record.id));
        return;
      case "stop":
        return this.#stop(record, this.#actors.get(record.id));
      case "forget":
        this.#forget(this.#actors.get(record.id));
        return;
      default:
        this.#imports.received(record);
    }
  }

  /** The incarnation may be forgotten at every await; then nothing more of it happens. */
  async #start(record: Extract<ToWorker, { op: "start" }>): Promise<void> {
    const { id, origin, identity, incarnationWords: words } = record;
    const args = unmarshal(record.args, this.#imports);
    const self = this.#imports.importActor(record.self);
    const childSpawner = new ChildSpawner(
      identity.path,
      this.#imports,
      this.#definitions,
      (child, definition, options) => this.#spawn(actor, child, definition, options),
    );
    const parent: Parent = {
      deliver: (message, n) =>
        this.#imports.sendTo(identity.path, message, (marshalled) => ({ op: "deliver", id, message: marshalled, n })),
      await: (n) => this.#sendReport(actor, { op: "await", id, n }),
      unstashAll: () => this.#unstashAll(actor),
      failed: (error) => this.#panicked(actor, 0, error),
      stop: () => {
        actor.isStopping = true;
        this.#send({ op: "stopSelf", id });
      },
    };
    const actor: HostedActor = {
      id,
      behavior: undefined,
      context: new ThreadContext(identity, this.#log, args, self, parent, childSpawner),
      words,
      epoch: 0,
      queue: new Queue(),
      cancelled: new Set(),
      isBusy: false,
      isStopping: false,
      phase: "starting",
      unacknowledged: 0,
      current: undefined,
      startedSeq: FIRST_BEFORE,
    };
    const { context } = actor;
    const isForgotten = (): boolean => this.#actors.get(id) !== actor;
    this.#actors.set(id, actor);
    try {
      const behavior = await this.#find(id, origin);
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

  #startFailed({ id, context }: HostedActor, error: unknown): void {
    this.#actors.delete(id);
    context.end();
    this.#send({ op: "startFailed", id, error: marshalError(error) });
  }

  async #find(id: number, { key, url = "", exportName = "default" }: DefinitionOrigin): Promise<Behavior> {
    return key === undefined ? behaviorIn(await this.#load(id, url), url, exportName) : this.#definitions.find(key);
  }

  /**
   * Loads a module for an incarnation, which is suspect until it is loaded. Later work of the module is done in no
   * actor's name.
   */
  async #load(id: number, url: string): Promise<Module> {
    Atomics.store(this.#words, ON_STACK, id);
    Atomics.add(this.#words, LOADING, 1);
    try {
      return await loadModule(url);
    } finally {
      Atomics.compareExchange(this.#words, ON_STACK, id, 0);
      beat(this.#words); // before the limit is the shorter one again
      Atomics.sub(this.#words, LOADING, 1);
    }
  }

  #enqueue(record: Extract<ToWorker, { op: "handle" }>, actor: HostedActor | undefined): void {
    const { epoch, first, attempt, asks } = record;
    if (actor?.epoch !== epoch) {
      this.#dropBatch(record); // it was sent before the window was reset
      return;
    }
    const messages = unmarshalAll(record.messages, record.attached, this.#imports);
    let asked = 0;
    for (const [at, message] of messages.entries()) {
      const isAsk = asks[asked] === at;
      if (isAsk) asked++;
      actor.queue.push({ seq: first + at, message, attempt: at === 0 ? attempt : 1, isAsk });
    }
    if (!actor.isBusy) this.#run(actor);
  }

  /** Drops the addresses in a batch, which will not be handled here. */
  #dropBatch({ messages, attached }: Extract<ToWorker, { op: "handle" }>): void {
    if (attached.length > 0) dropAddresses(unmarshalAll(messages, attached, this.#imports));
  }

  /** Drops the deliveries that have not been started. */
  #clear({ queue }: HostedActor): void {
    while (queue.length > 0) dropAddresses(queue.shift().message);
  }

  #unstashAll(actor: HostedActor): void {
    this.#clear(actor);
    actor.cancelled.clear();
    const epoch = ++actor.epoch;
    this.#sendReport(actor, { op: "unstash", id: actor.id, seq: actor.startedSeq, epoch });
  }

  #spawn(actor: HostedActor, { id: child, path }: AddressDescriptor, origin: DefinitionOrigin, options: object): void {
    this.#imports.sendTo(actor.context.path, options, (marshalled) => {
      return { op: "spawn", id: actor.id, child, path, origin, options: marshalled };
    });
    Atomics.add(actor.words, REPORTS, 1);
  }

  /** Sends a report, which the parent receives before it accounts for messages acknowledged after it. */
  #sendReport(actor: HostedActor, record: ToParent): void {
    this.#send(record);
    Atomics.add(actor.words, REPORTS, 1);
  }

  #forget(actor: HostedActor | undefined): void {
    if (actor === undefined) return;
    this.#actors.delete(actor.id);
    this.#clear(actor);
    if (actor.current !== undefined) dropAddresses(actor.current.message);
    actor.context.end();
  }

  /** Handles what is queued, one message at a time, for as long as handlers return at once and the slice lasts. */
  #run(actor: HostedActor): void {
    actor.isBusy = true;
    const end = currentClock().now() + SLICE_MS;
    this.#onStack(actor.id, () => {
      while (actor.queue.length > 0) {
        if (!this.#next(actor, actor.queue.shift())) return;
        if (currentClock().now() > end) {
          this.#acknowledge(actor);
          platformScheduler.later(() => this.#run(actor));
          return;
        }
      }
      actor.isBusy = false;
      this.#acknowledge(actor);
    });
  }

  /** Starts one message. Returns true if the next may follow at once. */
  #next(actor: HostedActor, delivery: Delivery): boolean {
    const { behavior, context, words } = actor;
    const { seq, message, attempt, isAsk } = delivery;
    const before = (seq - 1) & LOW_BITS;
    if (actor.isStopping || Atomics.compareExchange(words, STARTED, before, seq & LOW_BITS) !== before) {
      dropAddresses(message);
      this.#clear(actor);
      this.#acknowledge(actor);
      return false; // busy for good: this incarnation starts nothing more
    }
    actor.startedSeq = seq;
    actor.current = delivery;
    if (actor.cancelled.delete(seq)) {
      this.#send({ op: "skipped", id: actor.id, seq });
      dropAddresses(message);
      this.#handled(actor, seq);
      return true;
    }
    context.begin(delivery, attempt, isAsk);
    try {
      const reply = asPromise(behavior?.on[message.type]?.(context, message));
      if (reply instanceof Promise) {
        reply.then(
          (value) => this.#settled(actor, delivery, value),
          (error) => this.#panicked(actor, seq, error),
        );
        this.#acknowledge(actor);
        return false;
      }
      this.#replied(actor, delivery, reply);
      return true;
    } catch (error) {
      this.#panicked(actor, seq, error);
      return false;
    }
  }

  /** Settles a message whose handler returned a promise. */
  #settled(actor: HostedActor, delivery: Delivery, reply: unknown): void {
    if (this.#actors.get(actor.id) !== actor) {
      if (delivery.isAsk) dropAddresses(reply);
      return;
    }
    try {
      this.#replied(actor, delivery, reply);
    } catch (error) {
      this.#panicked(actor, delivery.seq, error);
      return;
    }
    this.#acknowledge(actor);
    this.#run(actor);
  }

  /** Throws when the reply cannot be copied. */
  #replied(actor: HostedActor, { seq, isAsk, message }: Delivery, reply: unknown): void {
    const { id, context } = actor;
    if (context.isStashing) {
      this.#sendReport(actor, { op: "stashed", id, seq });
      dropAddresses(message); // it comes once more, and they with it
    } else if (isAsk) {
      const replied = (marshalled: Marshalled): ToParent => ({ op: "replied", id, seq, reply: marshalled });
      this.#imports.sendTo(context.path, reply, replied, "the reply");
    }
    this.#handled(actor, seq);
  }

  /** Acknowledges a message once its reply is on its way: if the thread is lost in between, it is in flight. */
  #handled(actor: HostedActor, seq: number): void {
    this.#line.flushSync();
    Atomics.store(actor.words, ACKNOWLEDGED, seq & LOW_BITS);
    actor.current = undefined;
    actor.context.finish();
    if (++actor.unacknowledged >= ACKNOWLEDGE_AFTER) this.#acknowledge(actor);
  }

  #acknowledge(actor: HostedActor): void {
    if (actor.unacknowledged === 0) return;
    actor.unacknowledged = 0;
    this.#send({ op: "acknowledged", id: actor.id });
  }

  /** Reports a panic while handling message `seq`; 0 for none. */
  #panicked(actor: HostedActor, seq: number, error: unknown): void {
    this.#clear(actor);
    actor.isStopping = true;
    actor.phase = "failed";
    this.#send({ op: "panicked", id: actor.id, seq, error: marshalError(error) });
  }

  #cancel({ epoch, seq }: Extract<ToWorker, { op: "cancel" }>, actor: HostedActor | undefined): void {
    if (actor === undefined) return;
    const { current, startedSeq, context, cancelled } = actor;
    if (epoch !== actor.epoch && seq > startedSeq) return;
    if (current?.seq === seq) context.abort();
    else if (seq > startedSeq) cancelled.add(seq);
  }

  async #stop({ id, reason }: Extract<ToWorker, { op: "stop" }>, actor: HostedActor | undefined): Promise<void> {
    if (actor === undefined) return;
    const { behavior, context } = actor;
    actor.phase = "stopping";
    const why = unmarshalReason(reason);
    context.cancel(why);
    try {
      await this.#onStack(id, () => behavior?.stopped?.(context, why));
      this.#send({ op: "stopped", id, error: undefined });
    } catch (error) {
      this.#send({ op: "stopped", id, error: marshalError(error) });
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

  /**
   * Handles an error thrown in a timer, or an unobserved rejection: a panic of the actor whose work it was; without one
   * it ends the thread.
   */
  #uncaught(error: unknown): void {
    const id = working.getStore();
    if (id === undefined) throw error;
    const actor = this.#actors.get(id);
    if (actor === undefined) this.#log.warn({ err: error }, "an actor that has ended has failed once more");
    else if (actor.phase === "starting") this.#startFailed(actor, error);
    else if (actor.phase === "running") this.#panicked(actor, actor.current?.seq ?? 0, error);
    else actor.context.log.warn({ err: error }, "it has failed once more while it ends");
  }

  /** Notes the incarnation that the thread works for: the thread is about to end. */
  #blame(): void {
    const id = working.getStore();
    if (id !== undefined) Atomics.store(this.#words, ON_STACK, id);
  }

  #send(record: ToParent, transferList?: TransferList): void {
    this.#line.send(record, transferList);
  }
}

/** The task that Piscina runs. It ends with the thread, or when the parent has closed the line. */
export default function host(task: HostTask): Promise<void> {
  const { words, beatMs } = task;
  Atomics.store(words, OS_THREAD, osThread());
  beat(words);
  repeatEvery(beatMs, () => beat(words));
  return new Promise((resolve) => new WorkerHost(task, resolve));
}

function beat(words: Int32Array): void {
  Atomics.store(words, HEAP_MB, getHeapStatistics().used_heap_size / 2 ** 20);
  Atomics.add(words, BEAT, 1);
}

/** Returns the number of this thread in the operating system; 0 if that does not have one. */
function osThread(): number {
  try {
    return Number(basename(readlinkSync("/proc/thread-self")));
  } catch {
    return 0;
  }
}
