/**
 * One life of an actor between two starts: its state, and everything that must go when it ends. Late work of an ended
 * incarnation finds nothing to touch: its callbacks are ignored and its context refuses.
 */
import { Timer } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import type { WeakAddressTo } from "../address/address.ts";
import type { AnyAsk, Message } from "../address/handle.ts";
import { checkMessage, weakAddress } from "../address/handle.ts";
import { InvalidDefinitionError, SpawnRefusedError } from "../errors.ts";
import { Ask } from "../reply/ask.ts";
import type { Cell } from "./cell.ts";
import { dropAll } from "./owned.ts";

/** The real one, whatever a promise says its own is. */
const { then } = Promise.prototype;

export class Incarnation {
  readonly generation: number;
  readonly attempt = 1;
  state: unknown = undefined;
  readonly #cell: Cell;
  #ended = false;
  #self: WeakAddressTo<Message, AnyAsk> | undefined = undefined;
  #log: Logger | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #timers: MessageTimers | undefined = undefined;
  #owned: Set<Disposable> | undefined = undefined;
  #fulfilled: ((reply: unknown) => void) | undefined = undefined;
  #rejected: ((error: unknown) => void) | undefined = undefined;

  constructor(cell: Cell, generation: number) {
    this.#cell = cell;
    this.generation = generation;
  }

  get path(): string {
    return this.#cell.path;
  }

  get self(): WeakAddressTo<Message, AnyAsk> {
    this.#self ??= weakAddress(this.#cell);
    return this.#self;
  }

  get log(): Logger {
    const { path, id, runtime } = this.#cell;
    this.#log ??= runtime.log.child({ actor: path, id, generation: this.generation });
    return this.#log;
  }

  get signal(): AbortSignal {
    const { inFlight, incarnation } = this.#cell;
    this.#controller ??= new AbortController();
    if (this.#ended) this.#controller.abort();
    if (!(inFlight instanceof Ask) || incarnation !== this) return this.#controller.signal;
    return AbortSignal.any([this.#controller.signal, inFlight.handlerSignal]);
  }

  get timers(): MessageTimers {
    this.#timers ??= new MessageTimers(this.#cell);
    if (this.#ended) this.#timers.end();
    return this.#timers;
  }

  spawn(definition: unknown, options?: object): unknown {
    this.#refuseIfEnded("an actor");
    return this.#cell.runtime.spawn(this.#cell, definition, options);
  }

  supervise(spec: unknown): unknown {
    this.#refuseIfEnded("a supervisor");
    return this.#cell.runtime.supervise(this.#cell, spec);
  }

  own<A extends Disposable>(address: A): A {
    this.#owned ??= new Set();
    if (this.#ended) address[Symbol.dispose]();
    else this.#owned.add(address);
    return address;
  }

  stop(): void {
    if (!this.#ended) this.#cell.life.stopSelf();
  }

  /** Goes on with the actor when `reply` settles, unless this incarnation has ended by then. */
  await(reply: Promise<unknown>): void {
    this.#fulfilled ??= (value) => this.#cell.fulfilled(this, value);
    this.#rejected ??= (error) => this.#cell.panicked(this, error);
    then.call(reply, this.#fulfilled, this.#rejected);
  }

  /** Nothing of this incarnation happens any more, except its `stopped` hook. */
  end(): void {
    this.#ended = true;
    this.#timers?.end();
    this.#controller?.abort();
  }

  /** The last step: what it owned goes when its children and its hook are done. */
  dropOwned(): void {
    const owned = this.#owned ?? [];
    this.#owned = undefined;
    dropAll(owned, this.log);
  }

  #refuseIfEnded(what: string): void {
    if (this.#ended) throw new SpawnRefusedError(`${this.path}/…`, `the incarnation that asks for ${what} has ended`);
  }
}

/** The timers of one incarnation, by key. */
class MessageTimers {
  readonly #cell: Cell;
  readonly #timers = new Map<string, Timer>();
  #ended = false;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  after(key: string, ms: number, message: unknown): void {
    this.#set(key, ms, message, () => {
      this.#timers.delete(key);
      this.#cell.mailbox.tell(message);
    });
  }

  every(key: string, ms: number, message: unknown): void {
    this.#set(key, ms, message, () => {
      this.every(key, ms, message);
      this.#cell.mailbox.tell(message);
    });
  }

  cancel(key: string): void {
    this.#timers.get(key)?.stop();
    this.#timers.delete(key);
  }

  end(): void {
    this.#ended = true;
    for (const key of [...this.#timers.keys()]) this.cancel(key);
  }

  #set(key: string, ms: number, message: unknown, run: () => void): void {
    checkMessage(this.#cell.path, message);
    if (!(typeof ms === "number" && ms >= 0)) {
      throw new InvalidDefinitionError(`The time of timer "${key}" must be milliseconds from 0, not ${ms}`);
    }
    if (this.#ended) return;
    this.cancel(key);
    this.#timers.set(key, new Timer(ms, run, this.#cell.clock).unref()); // the actor holds the process, not its timers
  }
}
