/**
 * One life of an actor between two starts: its state, and everything that must go when it ends. Late work of an ended
 * incarnation finds nothing to touch: its callbacks are ignored and its context refuses.
 */
import type { Logger } from "pino";
import type { WeakAddressTo } from "../address/address.ts";
import { giveTo, weakAddress } from "../address/handle.ts";
import { checked } from "../address/sending.ts";
import type { AnyAsk, Message, Target } from "../address/target.ts";
import { targetOf } from "../address/target.ts";
import type { Watch } from "../address/watch.ts";
import { startWatch } from "../address/watch.ts";
import { ActorStoppedError, InvalidDefinitionError, NothingToStashError, SpawnRefusedError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { Envelope } from "../reply/ask.ts";
import type { Cell } from "./cell.ts";
import { DisposableSet, dropAll } from "./disposable-set.ts";
import type { Executor } from "./executor.ts";
import { failureOf } from "./failure.ts";
import { Sleeps } from "./sleeps.ts";
import { requestAfter, STOP_SELF } from "./termination.ts";
import { MessageTimers } from "./timers.ts";

/** The real one, whatever a promise says its own is. */
const { then } = Promise.prototype;

export class Incarnation {
  readonly generation: number;
  /** Why the incarnation before ended; `normal` for the first. */
  readonly after: ExitReason;
  readonly executor: Executor;
  readonly startedAt: number;
  state: unknown = undefined;
  readonly #cell: Cell;
  #ended = false;
  #self: WeakAddressTo<Message, AnyAsk> | undefined = undefined;
  #log: Logger | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #timers: MessageTimers | undefined = undefined;
  #sleeps: Sleeps | undefined = undefined;
  #owned: DisposableSet | undefined = undefined;
  #watches: Set<Watch> | undefined = undefined;
  /** Promises given to `pipeToSelf` that have not settled. */
  #piped = 0;
  #fulfilled: ((reply: unknown) => void) | undefined = undefined;
  #rejected: ((error: unknown) => void) | undefined = undefined;

  constructor(cell: Cell, generation: number, after: ExitReason) {
    this.#cell = cell;
    this.generation = generation;
    this.after = after;
    this.executor = cell.code.executor(this);
    this.startedAt = Math.trunc(cell.clock.now()); // an integer fits into the field, a fraction does not
  }

  get attempt(): number {
    return this.#cell.attempt;
  }

  get actorId(): number {
    return this.#cell.id;
  }

  get path(): string {
    return this.#cell.path;
  }

  get self(): WeakAddressTo<Message, AnyAsk> {
    this.#self ??= weakAddress(this.#cell, this.#cell);
    return this.#self;
  }

  get log(): Logger {
    const { path, id, runtime } = this.#cell;
    this.#log ??= runtime.log.child({ actor: path, id, generation: this.generation });
    return this.#log;
  }

  get signal(): AbortSignal {
    const { inFlight, incarnation } = this.#cell;
    if (inFlight instanceof Envelope && incarnation === this) return inFlight.handlerSignal;
    this.#controller ??= new AbortController();
    if (this.#ended) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Aborted when the caller of the ask in flight has given up; undefined for a tell. */
  get callerSignal(): AbortSignal | undefined {
    const { inFlight } = this.#cell;
    return inFlight instanceof Envelope ? inFlight.handlerSignal : undefined;
  }

  get timers(): MessageTimers {
    const { path, mailbox, clock } = this.#cell;
    this.#timers ??= new MessageTimers(
      (message) => checked(path, message),
      (message) => mailbox.tell(message),
      clock,
    );
    if (this.#ended) this.#timers.end();
    return this.#timers;
  }

  // What is called is handed out as a function of its own, since handlers take their context apart.

  get sleep(): Sleeps["start"] {
    return (ms, options) => {
      this.#sleeps ??= new Sleeps(this.#cell.clock);
      if (this.#ended) this.#sleeps.end(() => new ActorStoppedError(this.path, this.#cell.life.reason));
      return this.#sleeps.start(ms, options);
    };
  }

  get spawn(): (definition: unknown, options?: object) => unknown {
    return (definition, options) => {
      this.#refuseIfEnded("an actor");
      return giveTo(this.#cell, this.#cell.runtime.spawn(this.#cell, definition, options));
    };
  }

  get supervise(): (spec: unknown, options?: { readonly name?: string }) => unknown {
    return (spec, options) => {
      this.#refuseIfEnded("a supervisor");
      return giveTo(this.#cell, this.#cell.runtime.supervise(this.#cell, spec, options?.name));
    };
  }

  get route(): (definition: unknown, options: unknown) => unknown {
    return (definition, options) => {
      this.#refuseIfEnded("a router");
      return giveTo(this.#cell, this.#cell.runtime.route(this.#cell, definition, options));
    };
  }

  get own(): <A extends Disposable>(address: A) => A {
    return (address) => {
      this.#owned ??= new DisposableSet();
      if (this.#ended) address[Symbol.dispose]();
      else this.#owned.add(address);
      return giveTo(this.#cell, address);
    };
  }

  get stash(): () => void {
    return () => {
      const cell = this.#cell;
      if (cell.incarnation !== this || cell.inFlight === undefined) throw new NothingToStashError(this.path);
      cell.isStashing = true;
    };
  }

  get unstashAll(): () => void {
    return () => {
      if (!this.#ended) this.#cell.mailbox.unstashAll();
    };
  }

  get watch(): (address: unknown, message: (reason: ExitReason) => unknown) => Watch {
    return (address, message) => {
      const target = watchable(address, message);
      this.#watches ??= new Set();
      return startWatch(target, this.#ended ? undefined : this.#watches, (reason) =>
        this.deliver(() => message(reason)),
      );
    };
  }

  get pipeToSelf(): (
    promise: unknown,
    done: (value: unknown) => unknown,
    failed?: (error: unknown) => unknown,
  ) => void {
    return (promise, done, failed) => {
      checkPipe(done, failed);
      const counts = this.expect();
      const settled = (make: () => unknown): void => {
        if (counts) this.expected();
        this.deliver(make, counts);
      };
      const fail = failed ?? raise;
      then.call(
        Promise.resolve(promise),
        (value) => settled(() => done(value)),
        (error) => settled(() => fail(error)),
      );
    };
  }

  get background(): <P>(promise: P) => P {
    return (promise) => {
      this.#cell.waitForGraph.background(this.#cell, promise);
      return promise;
    };
  }

  /** What `own` took over. */
  get owned(): Iterable<Disposable> {
    return this.#owned ?? [];
  }

  get stop(): () => void {
    return () => {
      if (!this.#ended) this.#cell.life.request(STOP_SELF);
    };
  }

  get mailbox(): Mailbox {
    return this.#cell.mailbox;
  }

  /** Whether somebody waits for what comes of the message in flight. */
  get isAsk(): boolean {
    return this.#cell.inFlight instanceof Envelope;
  }

  /** What it ran on is gone, which may be all that it can run on, or work of its own failed outside of a message. */
  lost(reason: ExitReason, error: unknown, isFinal = false): void {
    if (!this.#ended) this.#cell.life.request(requestAfter(reason, error, isFinal));
  }

  /** One more message is to come, which keeps the actor until then; false when it is too late for that. */
  expect(): boolean {
    const counts = !this.#ended && !this.#cell.mailbox.isClosed;
    if (counts) this.#piped++;
    if (counts) this.#cell.mailbox.awaited++;
    return counts;
  }

  /** A message that was to come is about to be delivered. */
  expected(): void {
    if (this.#ended) return;
    this.#piped--;
    this.#cell.mailbox.awaited--;
  }

  /**
   * Accepts the message that `make` returns, in any state of the mailbox; unless it `may` not, and then like any other. An
   * error is a panic outside of a message.
   */
  deliver(make: () => unknown, may = true): void {
    if (this.#ended) return;
    const { path, mailbox, life } = this.#cell;
    try {
      const message = checked(path, make());
      if (this.#ended) return; // by what was just called
      if (may) mailbox.deliver(message);
      else mailbox.tell(message);
    } catch (error) {
      life.request(requestAfter(failureOf(error, undefined), error));
    }
  }

  /** Goes on with the actor when `reply` settles, unless this incarnation has ended by then. */
  await(reply: Promise<unknown>): void {
    this.#fulfilled ??= (value) => this.#goOn(value);
    this.#rejected ??= (error) => this.#cell.panicked(this, error);
    then.call(reply, this.#fulfilled, this.#rejected);
  }

  #goOn(reply: unknown): void {
    const cell = this.#cell;
    if (cell.isOver(this)) return;
    cell.handled(reply);
    cell.ready();
  }

  /** Nothing of this incarnation happens any more, except its `stopped` hook. */
  end(): void {
    this.#ended = true;
    this.#timers?.end();
    this.#sleeps?.end(() => new ActorStoppedError(this.path, this.#cell.life.reason));
    for (const watch of this.#watches ?? []) watch[Symbol.dispose]();
    this.#cell.mailbox.awaited -= this.#piped;
    this.#piped = 0;
    this.#controller?.abort();
  }

  /** The last step: what it owned goes when its children and its hook are done. */
  dropOwned(): void {
    const owned = this.#owned;
    this.#owned = undefined;
    if (owned !== undefined) dropAll(owned, () => this.log);
  }

  #refuseIfEnded(what: string): void {
    if (this.#ended) throw new SpawnRefusedError(`${this.path}/…`, `the incarnation that asks for ${what} has ended`);
  }
}

/** The actor that is to be watched. */
export function watchable(address: unknown, message: unknown): Target {
  const target = targetOf(address);
  if (target === undefined) {
    throw new InvalidDefinitionError("ctx.watch(address, message) takes an address of an actor");
  }
  if (typeof message === "function") return target;
  throw new InvalidDefinitionError(`ctx.watch(address, message) takes a function, not ${typeof message}`);
}

export function checkPipe(done: unknown, failed: unknown): void {
  if (typeof done === "function" && (failed === undefined || typeof failed === "function")) return;
  throw new InvalidDefinitionError(
    "ctx.pipeToSelf(promise, done, failed) takes functions, of which `failed` may be left out",
  );
}

export function raise(error: unknown): never {
  throw error;
}
