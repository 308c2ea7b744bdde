/** Messages to oneself at a later time: `ctx.timers`. They go with the incarnation that set them. */
import type { Clock } from "@pneumatic/core/internal";
import { Timer } from "@pneumatic/core/internal";
import { checkMessage } from "../address/handle.ts";
import { InvalidDefinitionError } from "../errors.ts";

/** The timers of one incarnation, by key. */
export class MessageTimers {
  readonly #path: string;
  readonly #tell: (message: unknown) => void;
  readonly #clock: Clock;
  readonly #timers = new Map<string, Timer>();
  #ended = false;

  /** `path` is the actor's, for messages of errors. */
  constructor(path: string, tell: (message: unknown) => void, clock: Clock) {
    this.#path = path;
    this.#tell = tell;
    this.#clock = clock;
  }

  after(key: string, ms: number, message: unknown): void {
    this.#set(key, ms, message, () => {
      this.#timers.delete(key);
      this.#tell(message);
    });
  }

  every(key: string, ms: number, message: unknown): void {
    this.#set(key, ms, message, () => {
      this.every(key, ms, message);
      this.#tell(message);
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
    checkMessage(this.#path, message);
    if (!(typeof ms === "number" && ms >= 0)) {
      throw new InvalidDefinitionError(`The time of timer "${key}" must be milliseconds from 0, not ${ms}`);
    }
    if (this.#ended) return;
    this.cancel(key);
    this.#timers.set(key, new Timer(ms, run, this.#clock).unref()); // the actor holds the process, not its timers
  }
}
