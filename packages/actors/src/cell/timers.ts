/**
 * Messages to oneself at a later time: `ctx.timers`. They go with the incarnation that set them. A timer that has ticked is kept
 * by its key until the tick has left the queue, so that `cancel` finds it.
 */
import type { Clock } from "@pneumatic/core/internal";
import { UnrefTimer } from "@pneumatic/core/internal";
import { InvalidDefinitionError } from "../errors.ts";
import type { TickSource } from "../mailbox/tick.ts";
import { Tick } from "../mailbox/tick.ts";

/** One setting of a key. */
class MessageTimer implements TickSource {
  isOver = false;
  timer: UnrefTimer | undefined = undefined;
  readonly number: number;
  readonly #arrived: (() => void) | undefined;

  constructor(number: number, arrived: (() => void) | undefined) {
    this.number = number;
    this.#arrived = arrived;
  }

  get repeats(): boolean {
    return this.#arrived === undefined;
  }

  arrived(): void {
    if (!this.isOver) this.#arrived?.();
  }

  end(): void {
    this.isOver = true;
    this.timer?.stop();
  }
}

/** The timers of one incarnation, by key. */
export class MessageTimers {
  readonly #prepare: (message: unknown) => { readonly type: string };
  readonly #tell: (tick: Tick) => void;
  readonly #clock: Clock;
  readonly #timers = new Map<string, MessageTimer>();
  #numbers = 0;
  #ended = false;

  /** `prepare` turns the given message into the one that is sent later; it may throw to refuse. */
  constructor(prepare: (message: unknown) => { readonly type: string }, tell: (tick: Tick) => void, clock: Clock) {
    this.#prepare = prepare;
    this.#tell = tell;
    this.#clock = clock;
  }

  after(key: string, ms: number, message: unknown): void {
    const prepared = this.#prepare(message);
    const timer = this.#set(key, ms, () => this.#timers.delete(key));
    this.#arm(timer, ms, () => this.#tell(new Tick(prepared, timer)));
  }

  every(key: string, ms: number, message: unknown): void {
    const prepared = this.#prepare(message);
    const timer = this.#set(key, ms, undefined);
    const again = (): void => {
      this.#arm(timer, ms, again);
      this.#tell(new Tick(prepared, timer));
    };
    this.#arm(timer, ms, again);
  }

  cancel(key: string): void {
    this.#timers.get(key)?.end();
    this.#timers.delete(key);
  }

  end(): void {
    this.#ended = true;
    for (const key of [...this.#timers.keys()]) this.cancel(key);
  }

  #set(key: string, ms: number, arrived: (() => void) | undefined): MessageTimer {
    if (!(typeof ms === "number" && ms >= 0)) {
      throw new InvalidDefinitionError(`The time of timer "${key}" must be milliseconds from 0, not ${ms}`);
    }
    const timer = new MessageTimer(++this.#numbers, arrived);
    if (this.#ended) {
      timer.end();
      return timer;
    }
    this.cancel(key);
    this.#timers.set(key, timer);
    return timer;
  }

  #arm(timer: MessageTimer, ms: number, run: () => void): void {
    if (!timer.isOver) timer.timer = new UnrefTimer(ms, run, this.#clock); // the actor keeps the process alive, its timers do not
  }
}
