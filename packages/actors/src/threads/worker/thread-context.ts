/**
 * The context of an actor on a worker thread (cell/context-base.ts). What concerns the actor as a whole goes to the parent's
 * side; timers, sleeps and watches are of this thread.
 *
 * Only the hosted actor calls `begin` and `finish`, around each message, and `cancel` and `end`, in this order.
 *
 * Above the limits: it stands for the whole of the cell, and so imports what an incarnation does.
 */
import type { Clock } from "@pneumatic/core/internal";
import { currentClock } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import type { WeakAddressTo } from "../../address/address.ts";
import { giveTo } from "../../address/handle.ts";
import { checkedMessage } from "../../address/sending.ts";
import type { AnyAsk, Message } from "../../address/target.ts";
import { dropAddresses, forEachHandle } from "../../address/walk.ts";
import type { MakeMessage } from "../../cell/context-base.ts";
import { ContextBase } from "../../cell/context-base.ts";
import type { Excuse } from "../../cell/giving-up.ts";
import { BROKE_OFF, GAVE_UP } from "../../cell/giving-up.ts";
import { ThreadLimitError } from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { NORMAL } from "../../exits.ts";
import type { Tick } from "../../mailbox/tick.ts";
import { copyFor } from "../wire/marshal.ts";
import type { Identity } from "../wire/messages.ts";
import { STOPPING } from "../wire/shared-words.ts";
import { Caller } from "./caller.ts";
import type { ChildSpawner } from "./children.ts";
import type { ImportedActor } from "./imported-actor.ts";
import { PolledAbortController } from "./polled-signal.ts";

/** The way to the parent's side. */
export interface Parent {
  /** Accepts a message that the actor itself has asked for. `n`: the one that was announced under this number. */
  deliver(message: Message | undefined, n: number | undefined): void;
  /** Sends a tick of the timer with that number. */
  tick(timer: number, message: Message): void;
  /** Announces one more message, under a number of its own. */
  await(n: number): void;
  unstashAll(): void;
  stopSelf(): void;
  /** Reports a panic outside of a message. */
  failed(error: unknown): void;
}

export class ThreadContext extends ContextBase {
  attempt = 1;
  /** True if the message in hand will be stashed. */
  isStashing = false;
  readonly path: string;
  readonly actorId: number;
  protected readonly systemLog: Logger;
  protected readonly target: ImportedActor;
  readonly #parent: Parent;
  readonly #childSpawner: ChildSpawner;
  /** The addresses that it has for its whole life. */
  readonly #args: unknown;
  readonly #words: Int32Array;
  /** The number of the ask in hand; undefined if nobody waits for a reply. */
  #ask: number | undefined = undefined;
  /** Made when it is first looked at. */
  #caller: Caller | undefined = undefined;
  /** The last tick of each timer that has ticked, by the number of the timer. */
  readonly #ticking = new Map<number, Tick>();
  /** How many messages were announced. */
  #announced = 0;

  constructor(
    { path, actorId, generation }: Identity,
    log: Logger,
    args: unknown,
    target: ImportedActor,
    parent: Parent,
    childSpawner: ChildSpawner,
    words: Int32Array,
  ) {
    super(generation);
    this.path = path;
    this.actorId = actorId;
    this.systemLog = log;
    this.target = target;
    this.#parent = parent;
    this.#childSpawner = childSpawner;
    this.#words = words;
    this.#args = args;
    forEachHandle(args, (handle) => giveTo(target, handle));
  }

  /** Takes a message in hand. `ask` is its number, if somebody waits for the reply. */
  begin(message: unknown, attempt: number, ask: number | undefined): void {
    this.attempt = attempt;
    this.target.work = message;
    this.#ask = ask;
  }

  /** Returns what excuses the handler in hand, which has thrown `error`; undefined if that is a panic. */
  excuseFor(error: unknown): Excuse | undefined {
    if (this.#callerInHand?.isCauseOf(error)) return GAVE_UP;
    return this.hasMessage && this.hasBrokenOff(error) ? BROKE_OFF : undefined;
  }

  get #callerInHand(): Caller | undefined {
    if (this.#ask !== undefined) this.#caller ??= new Caller(this.#words, this.#ask);
    return this.#caller;
  }

  /** Notes that the message was handled. */
  finish(): void {
    this.isStashing = false;
    this.target.work = undefined;
    this.#caller?.settled();
    this.#caller = this.#ask = undefined;
  }

  /** Aborts the ask in flight: its caller has given up. */
  abort(): void {
    this.#callerInHand?.abort();
  }

  /** Gives up what waits: only the `stopped` hook is left. */
  cancel(reason: ExitReason): void {
    this.giveUpWaits(reason);
    this.#callerInHand?.abort();
  }

  /** Ends the incarnation, and drops all that it has. */
  end(): void {
    this.hasEnded = true;
    this.cancel(NORMAL);
    this.finish();
    this.dropOwned();
    dropAddresses(this.#args);
  }

  /** Returns its own address. Throws if the actor has ended and never had one. */
  override get self(): WeakAddressTo<Message, AnyAsk> {
    this.target.handOut();
    return super.self;
  }

  // The port of the context

  protected get clock(): Clock {
    return currentClock();
  }

  get callerSignal(): AbortSignal | undefined {
    return this.#callerInHand?.signal;
  }

  protected get isStopping(): boolean {
    return Atomics.load(this.#words, STOPPING) !== 0;
  }

  protected override newStopping(): AbortController {
    return new PolledAbortController(() => this.isStopping);
  }

  protected get hasMessage(): boolean {
    return !this.hasEnded && this.target.work !== undefined;
  }

  protected setAside(): void {
    this.isStashing = true;
  }

  protected putBackStashed(): void {
    this.#parent.unstashAll();
  }

  protected requestStop(): void {
    this.#parent.stopSelf();
  }

  protected spawnChild(definition: unknown, options: object | undefined): unknown {
    return this.#childSpawner.spawn(definition, options);
  }

  protected superviseChild(): never {
    return this.#cannot("supervise");
  }

  protected routeChild(): never {
    return this.#cannot("route");
  }

  protected prepared(message: unknown): Message {
    return copyFor(this.path, checkedMessage(this.path, message)) as Message;
  }

  protected tick(tick: Tick): void {
    this.#ticking.set(tick.timer.number, tick);
    this.#parent.tick(tick.timer.number, tick.message);
  }

  /** Notes that a tick of the timer with that number has its turn; false if it is stale. */
  beginTick(timer: number): boolean {
    const tick = this.#ticking.get(timer);
    const isLive = tick?.begin() === true;
    if (!isLive || !tick.timer.repeats) this.#ticking.delete(timer);
    return isLive;
  }

  protected expectMessage(): (make: MakeMessage) => void {
    const n = ++this.#announced;
    if (!this.hasEnded) this.#parent.await(n);
    return (make) => this.deliver(make, n);
  }

  /** `n`: the message was announced under this number. */
  deliver(make: MakeMessage, n?: number): void {
    if (this.hasEnded) return;
    try {
      this.#parent.deliver(checkedMessage(this.path, make()), n);
    } catch (error) {
      this.#parent.failed(error);
    }
  }

  #cannot(what: string): never {
    throw new ThreadLimitError(`Actor "${this.path}" is on a thread and cannot ${what} there`);
  }
}
