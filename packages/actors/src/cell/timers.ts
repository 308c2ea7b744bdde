/** Messages to oneself at a later time: `ctx.timers`. They go with the incarnation that set them. */
import type { Clock } from "@pneumatic/core/internal";
import { UnrefTimer } from "@pneumatic/core/internal";
import { InvalidDefinitionError } from "../errors.ts";

/** The timers of one incarnation, by key. */
export class MessageTimers {
  readonly #prepare: (message: unknown) => unknown;
  readonly #tell: (message: unknown) => void;
  readonly #clock: Clock;
  readonly #timers = new Map<string, UnrefTimer>();
  #ended = false;

  /** `prepare` turns the given message into the one that is sent later; it may throw to refuse. */
  constructor(prepare: (message: unknown) => unknown, tell: (message: unknown) => void, clock: Clock) {
    this.#prepare = prepare;
    this.#tell = tell;
    this.#clock = clock;
  }

  after(key: string, ms: number, message: unknown): void {
    const prepared = this.#prepare(message);
    this.#set(key, ms, () => {
      this.#timers.delete(key);
      this.#tell(prepared);
    });
  }

  every(key: string, ms: number, message: unknown): void {
    const prepared = this.#prepare(message);
    const again = (): void => {
      this.#set(key, ms, again);
      this.#tell(prepared);
    };
    this.#set(key, ms, again);
  }

  cancel(key: string): void {
    this.#timers.get(key)?.stop();
    this.#timers.delete(key);
  }

  end(): void {
    this.#ended = true;
    for (const key of [...this.#timers.keys()]) this.cancel(key);
  }

  #set(key: string, ms: number, run: () => void): void {
    if (!(typeof ms === "number" && ms >= 0)) {
      throw new InvalidDefinitionError(`The time of timer "${key}" must be milliseconds from 0, not ${ms}`);
    }
    if (this.#ended) return;
    this.cancel(key);
    this.#timers.set(key, new UnrefTimer(ms, run, this.#clock)); // the actor keeps the process alive, its timers do not
  }
}
