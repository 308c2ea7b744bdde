/**
 * One incarnation of an actor on this thread. It handles its deliveries one at a time and reports their outcome; mailbox,
 * supervision and account are the parent's (parent/thread-incarnation.ts).
 *
 *     STARTING ─► IDLE ◄──► BUSY ◄──► a Delivery in hand         BUSY: it has its turn, or waits for it
 *        │          │         │          │
 *        └──────────┴────┬────┴──────────┘
 *                        ▼
 *                     CLOSED ─► FAILED ─► STOPPING ─► FORGOTTEN         each of these may be left out
 *
 * 1. `#transition` alone writes the state, and asserts every step. From CLOSED on it starts no further message.
 * 2. A delivery is a state itself, so that a message costs no other record. One that is in hand when the actor closes stays in
 *    hand: its handler may still settle.
 * 3. A message is started by raising STARTED, which fails once the parent has halted the incarnation, and counts as handled
 *    when ACKNOWLEDGED is raised: after its reply is on its way.
 * 4. The actor may be forgotten at every await; then nothing more of it happens.
 *
 * Above the limits: it is where behavior, context and wire meet on the thread.
 */
import { currentClock, Queue } from "@pneumatic/core/internal";
import type { TransferList } from "@pneumatic/core/threads";
import type { Message } from "../../address/target.ts";
import { dropAddresses } from "../../address/walk.ts";
import type { Behavior } from "../../cell/behavior.ts";
import { asPromise } from "../../cell/failure.ts";
import { GAVE_UP } from "../../cell/giving-up.ts";
import { platformScheduler } from "../../clock.ts";
import { marshalError, unmarshalReason } from "../wire/errors.ts";
import { unmarshal, unmarshalAll } from "../wire/marshal.ts";
import type { ToParent, ToWorker } from "../wire/messages.ts";
import { ACKNOWLEDGED, FIRST_BEFORE, isGivenUp, LOW_BITS, REPORTS, STARTED } from "../wire/shared-words.ts";
import { ChildSpawner } from "./children.ts";
import type { Definitions } from "./definitions.ts";
import type { ImportedActor } from "./imported-actor.ts";
import type { Imports } from "./imports.ts";
import type { Parent } from "./thread-context.ts";
import { ThreadContext } from "./thread-context.ts";

/** The messages after which the parent gets a record, so that it sends more in time. */
const ACKNOWLEDGE_AFTER = 128;
/** The milliseconds after which others on this thread have their turn. */
const SLICE_MS = 1;

/** The thread, as an actor on it sees it. */
export interface ActorHost {
  readonly log: Imports["log"];
  readonly imports: Imports;
  readonly definitions: Definitions;
  /** Throws when `record` cannot be copied. */
  send(record: ToParent, transferList?: TransferList): void;
  /** Blocks until the parent can read everything that was sent, even if this thread ends. */
  flushSync(): void;
  /** Runs user code of the incarnation `id`. */
  onStack<T>(id: number, run: () => T): T;
  /** Finds the definition of the incarnation `id`. */
  find(id: number, origin: Received<"start">["origin"]): Promise<Behavior>;
}

type Received<Op extends ToWorker["op"]> = Extract<ToWorker, { op: Op }>;

const STARTING = 0;
const IDLE = 1;
const BUSY = 2;
const IN_HAND = 3;
const CLOSED = 4;
const FAILED = 5;
const STOPPING = 6;
const FORGOTTEN = 7;

/** A message that has arrived on the thread. */
interface Delivery {
  readonly is: typeof IN_HAND;
  readonly seq: number;
  readonly message: Message;
  readonly attempt: number;
  readonly isAsk: boolean;
  /** The number of the timer whose tick it is; 0 for none. */
  readonly timer: number;
}

/** It starts no further message: it was halted or has asked for its end, has panicked, or runs its `stopped` hook. */
interface Closed {
  readonly is: typeof CLOSED | typeof FAILED | typeof STOPPING;
  /** The message whose handler has yet to settle. */
  readonly inHand: Delivery | undefined;
}

type State = { readonly is: typeof STARTING | typeof IDLE | typeof BUSY | typeof FORGOTTEN } | Delivery | Closed;

const STARTING_STATE: State = { is: STARTING };
const IDLE_STATE: State = { is: IDLE };
const BUSY_STATE: State = { is: BUSY };
const FORGOTTEN_STATE: State = { is: FORGOTTEN };

/** Returns true if one state may follow another: forwards, or within the round of IDLE, BUSY and IN_HAND. */
function isLegal(from: State["is"], to: State["is"]): boolean {
  return to > from || (from >= IDLE && from <= IN_HAND ? to >= IDLE : to === from);
}

export class HostedActor implements Parent {
  readonly #id: number;
  readonly #host: ActorHost;
  readonly #context: ThreadContext;
  readonly #args: unknown;
  readonly #self: ImportedActor;
  readonly #words: Int32Array;
  readonly #queue = new Queue<Delivery>();
  #state: State = STARTING_STATE;
  /** Undefined while its module is loaded. */
  #behavior: Behavior | undefined = undefined;
  /** How often the prefetch window was reset. */
  #epoch = 0;
  /** The number of the last message that was started. */
  #startedSeq = FIRST_BEFORE;
  /** The number of handled messages since the last record to the parent. */
  #unacknowledged = 0;

  constructor({ id, identity, args, self, incarnationWords }: Received<"start">, host: ActorHost) {
    const { imports, definitions, log } = host;
    this.#id = id;
    this.#host = host;
    this.#words = incarnationWords;
    this.#args = unmarshal(args, imports);
    const children = new ChildSpawner(identity.path, imports, definitions, (child, origin, options) => {
      this.#spawn(child, origin, options);
    });
    this.#self = imports.importActor(self);
    this.#context = new ThreadContext(identity, log, this.#args, this.#self, this, children, incarnationWords);
  }

  async start({ origin }: Received<"start">): Promise<void> {
    const id = this.#id;
    const context = this.#context;
    try {
      const behavior = await this.#host.find(id, origin);
      if (this.isForgotten) return;
      this.#behavior = behavior;
      context.state = await this.#host.onStack(id, () => this.#inTurn(() => behavior.state?.(this.#args, context)));
      if (this.isForgotten) return;
      await this.#host.onStack(id, () => this.#inTurn(() => behavior.started?.(context)));
      if (this.isForgotten) return;
      if (this.#state.is === STARTING) this.#transition(IDLE_STATE);
      this.#host.send({ op: "started", id, types: Object.keys(behavior.on) });
    } catch (error) {
      if (!this.isForgotten) this.#startFailed(error);
    }
  }

  /** Calls a handler or a hook: what it asks for before its first await is asked by this actor. */
  #inTurn<T>(work: () => T): T {
    const { turns } = this.#host.imports;
    turns.running = this.#self;
    try {
      return work();
    } finally {
      turns.running = undefined;
    }
  }

  get isForgotten(): boolean {
    return this.#state.is === FORGOTTEN;
  }

  #startFailed(error: unknown): void {
    this.forget();
    this.#host.send({ op: "startFailed", id: this.#id, error: marshalError(error) });
  }

  #transition(next: State): void {
    if (!isLegal(this.#state.is, next.is)) throw new Error(`No step from ${this.#state.is} to ${next.is}`);
    this.#state = next;
  }

  /** Starts no further message. */
  #close(is: Closed["is"]): void {
    if (this.#state.is < is) this.#transition({ is, inHand: this.#inHand });
  }

  get #inHand(): Delivery | undefined {
    const state = this.#state;
    if (state.is === IN_HAND) return state;
    return "inHand" in state ? state.inHand : undefined;
  }

  // The parent sends

  handle(record: Received<"handle">): void {
    const { epoch, first, attempt, asks, ticks } = record;
    const messages = unmarshalAll(record.messages, record.attached, this.#host.imports);
    if (epoch !== this.#epoch || this.#state.is >= CLOSED) {
      if (record.attached.length > 0) dropAddresses(messages); // it was sent before the window was reset, or is for nobody
      return;
    }
    let asked = 0;
    let ticked = 0;
    for (const [at, message] of messages.entries()) {
      const isAsk = asks[asked] === at;
      if (isAsk) asked++;
      const isTick = ticks[ticked] === at;
      const timer = isTick ? (ticks[ticked + 1] as number) : 0;
      if (isTick) ticked += 2;
      this.#queue.push({ is: IN_HAND, seq: first + at, message, attempt: at === 0 ? attempt : 1, isAsk, timer });
    }
    if (this.#state.is === IDLE) this.#run();
  }

  cancel({ seq }: Received<"cancel">): void {
    if (this.#inHand?.seq === seq) this.#context.abort();
  }

  stopping(): void {
    this.#context.abortStopping();
  }

  async stop({ id, reason: marshalled }: Received<"stop">): Promise<void> {
    this.#close(STOPPING);
    const reason = unmarshalReason(marshalled);
    this.#context.cancel(reason);
    try {
      await this.#host.onStack(id, () => this.#inTurn(() => this.#behavior?.stopped?.(this.#context, reason)));
      this.#host.send({ op: "stopped", id, error: undefined });
    } catch (error) {
      this.#host.send({ op: "stopped", id, error: marshalError(error) });
    }
  }

  forget(): void {
    if (this.isForgotten) return;
    const inHand = this.#inHand;
    this.#transition(FORGOTTEN_STATE);
    this.#clear();
    if (inHand !== undefined) dropAddresses(inHand.message);
    this.#context.end();
  }

  /** Takes an error of its work that was thrown in a timer, or rejected where nobody looked. */
  uncaught(error: unknown): void {
    const { is } = this.#state;
    if (is === STARTING) this.#startFailed(error);
    else if (this.#context.excuseFor(error) !== undefined)
      this.#context.log.debug({ err: error }, "its caller has given up, or it is to stop");
    else if (is < FAILED) this.#panicked(this.#inHand?.seq ?? 0, error);
    else this.#context.log.warn({ err: error }, "it has failed once more while it ends");
  }

  // The context asks

  deliver(message: Message | undefined, n: number | undefined): void {
    const id = this.#id;
    this.#host.imports.sendTo(this.#context.path, message, (marshalled) => {
      return { op: "deliver", id, message: marshalled, n };
    });
  }

  tick(n: number, message: Message): void {
    const id = this.#id;
    this.#host.imports.sendTo(this.#context.path, message, (marshalled) => ({
      op: "tick",
      id,
      n,
      message: marshalled,
    }));
  }

  await(n: number): void {
    this.#report({ op: "await", id: this.#id, n });
  }

  unstashAll(): void {
    this.#clear();
    this.#report({ op: "unstash", id: this.#id, seq: this.#startedSeq, epoch: ++this.#epoch });
  }

  stopSelf(): void {
    this.#close(CLOSED);
    this.#host.send({ op: "stopSelf", id: this.#id });
  }

  failed(error: unknown): void {
    this.#panicked(0, error);
  }

  #spawn(
    { id: child, path }: { id: number; path: string },
    origin: Received<"start">["origin"],
    options: object,
  ): void {
    const id = this.#id;
    this.#host.imports.sendTo(this.#context.path, options, (marshalled) => {
      return { op: "spawn", id, child, path, origin, options: marshalled };
    });
    Atomics.add(this.#words, REPORTS, 1);
  }

  /** Sends what the parent must receive before it accounts for messages that are handled from now on. */
  #report(record: ToParent): void {
    this.#host.send(record);
    Atomics.add(this.#words, REPORTS, 1);
  }

  // Messages

  /** Handles what is queued, one message at a time, for as long as handlers return at once and the slice lasts. */
  #run(): void {
    if (this.#state.is === IDLE) this.#transition(BUSY_STATE);
    const end = currentClock().now() + SLICE_MS;
    this.#host.onStack(this.#id, () => {
      while (this.#queue.length > 0) {
        if (!this.#next(this.#queue.shift())) return;
        if (currentClock().now() > end) {
          this.#acknowledge();
          platformScheduler.later(() => this.#run());
          return;
        }
      }
      if (this.#state.is === BUSY) this.#transition(IDLE_STATE);
      this.#acknowledge();
    });
  }

  /** Starts one message. Returns true if the next may follow at once. */
  #next(delivery: Delivery): boolean {
    const { seq, message, attempt, isAsk } = delivery;
    const before = (seq - 1) & LOW_BITS;
    if (this.#state.is >= CLOSED || Atomics.compareExchange(this.#words, STARTED, before, seq & LOW_BITS) !== before) {
      this.#close(CLOSED);
      dropAddresses(message);
      this.#clear();
      this.#acknowledge();
      return false;
    }
    this.#startedSeq = seq;
    this.#transition(delivery);
    if (isAsk && isGivenUp(this.#words, seq)) {
      this.#host.send({ op: "skipped", id: this.#id, seq });
      dropAddresses(message);
      this.#handled(seq);
      return true;
    }
    if (delivery.timer > 0 && !this.#context.beginTick(delivery.timer)) {
      this.#report({ op: "gaveUp", id: this.#id, seq });
      dropAddresses(message);
      this.#handled(seq);
      return true;
    }
    this.#context.begin(delivery, attempt, isAsk ? seq : undefined);
    try {
      const reply = asPromise(this.#inTurn(() => this.#behavior?.on[message.type]?.(this.#context, message)));
      if (reply instanceof Promise) {
        reply.then(
          (value) => this.#settled(delivery, value),
          (error) => this.#rejected(delivery, error),
        );
        this.#acknowledge();
        return false;
      }
      this.#replied(delivery, reply);
      return true;
    } catch (error) {
      if (this.#isExcused(delivery, error)) return true;
      this.#panicked(seq, error);
      return false;
    }
  }

  /** The handler of a message has rejected that did not return at once. */
  #rejected(delivery: Delivery, error: unknown): void {
    if (this.#isExcused(delivery, error)) this.#goOn();
    else this.#panicked(delivery.seq, error);
  }

  /** Returns true if the handler that threw `error` has an excuse, which is reported then. */
  #isExcused({ seq }: Delivery, error: unknown): boolean {
    const excuse = this.isForgotten || this.#inHand?.seq !== seq ? undefined : this.#context.excuseFor(error);
    if (excuse === undefined) return false;
    this.#report({ op: excuse === GAVE_UP ? "gaveUp" : "brokeOff", id: this.#id, seq });
    this.#handled(seq);
    return true;
  }

  /** The handler of a message has settled that did not return at once. */
  #settled(delivery: Delivery, reply: unknown): void {
    if (this.isForgotten) {
      if (delivery.isAsk) dropAddresses(reply);
      return;
    }
    try {
      this.#replied(delivery, reply);
    } catch (error) {
      this.#panicked(delivery.seq, error);
      return;
    }
    this.#goOn();
  }

  #goOn(): void {
    this.#acknowledge();
    this.#run();
  }

  /** Throws when the reply cannot be copied. */
  #replied({ seq, isAsk, message }: Delivery, reply: unknown): void {
    const id = this.#id;
    if (this.#context.isStashing) {
      this.#report({ op: "stashed", id, seq });
      dropAddresses(message); // it comes once more, and they with it
    } else if (isAsk) {
      const { imports } = this.#host;
      imports.sendTo(
        this.#context.path,
        reply,
        (marshalled) => ({ op: "replied", id, seq, reply: marshalled }),
        "the reply",
      );
    }
    this.#handled(seq);
  }

  /** Counts a message once its reply is on its way: a thread that is lost in between has it in flight. */
  #handled(seq: number): void {
    this.#host.flushSync();
    Atomics.store(this.#words, ACKNOWLEDGED, seq & LOW_BITS);
    const state = this.#state;
    if (state.is === IN_HAND) this.#transition(BUSY_STATE);
    else if ("inHand" in state) this.#transition({ is: state.is, inHand: undefined });
    this.#context.finish();
    if (++this.#unacknowledged >= ACKNOWLEDGE_AFTER) this.#acknowledge();
  }

  #acknowledge(): void {
    if (this.#unacknowledged === 0) return;
    this.#unacknowledged = 0;
    this.#host.send({ op: "acknowledged", id: this.#id });
  }

  /** Reports a panic while message `seq` was handled; 0 for none. */
  #panicked(seq: number, error: unknown): void {
    if (this.isForgotten) return;
    this.#clear();
    this.#close(FAILED);
    this.#host.send({ op: "panicked", id: this.#id, seq, error: marshalError(error) });
  }

  /** Drops the deliveries that have not been started. */
  #clear(): void {
    while (this.#queue.length > 0) dropAddresses(this.#queue.shift().message);
  }
}
