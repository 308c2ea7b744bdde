/** The waits of `ctx.sleep`, which wait for time alone. They end with the incarnation that made them. */
import type { WaitOptions } from "@pneumatic/core";
import { InvalidArgumentError } from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/internal";
import { abortSignal, followSignal, ignore, ignoreSignal, misuseOf, refuse, Wait } from "@pneumatic/core/internal";

const VALID_MS = "a number of milliseconds from 0 to Infinity";
const SLEEP_OPTIONS = { signal: abortSignal };

export interface SleepOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A wait whose event never comes, so that its timeout is what it waits for. */
class Sleep extends Wait<void> {
  readonly #sleeps: Set<Sleep>;
  readonly #caller: AbortSignal | undefined;

  constructor(sleeps: Set<Sleep>, caller: AbortSignal | undefined) {
    super();
    this.#sleeps = sleeps;
    this.#caller = caller;
  }

  protected readonly cooperative: boolean = false;
  protected readonly timedOut: void = undefined;

  protected enter(): void {
    this.#sleeps.add(this);
    if (this.#caller !== undefined) followSignal(this.#caller, this);
  }

  protected leave(): void {
    this.#sleeps.delete(this);
    if (this.#caller !== undefined) ignoreSignal(this.#caller, this);
  }
}

/** The sleeps of one incarnation. */
export class Sleeps {
  readonly #sleeps = new Set<Sleep>();
  readonly #clock: Clock;
  #over: (() => Error) | undefined = undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Starts a sleep, which the signal of the `caller` ends too. An unobserved rejection ends no process, since its work is
   * obsolete.
   */
  start(ms: number, options: SleepOptions | undefined, caller: AbortSignal | undefined): Promise<void> {
    const misuse = options === undefined ? undefined : misuseOf(options, SLEEP_OPTIONS);
    const sleeping =
      misuse === undefined ? this.#begin({ timeout: ms, signal: options?.signal }, caller) : Promise.reject(misuse);
    sleeping.catch(ignore);
    return sleeping;
  }

  #begin(wait: WaitOptions, given: AbortSignal | undefined): Promise<void> {
    const { timeout: ms, signal } = wait;
    const caller = given === signal ? undefined : given; // an operation is in the list of a signal once
    if (!(typeof ms === "number" && ms >= 0))
      return Promise.reject(new InvalidArgumentError("ms of sleep", VALID_MS, ms));
    const refused = refuse(wait);
    if (refused !== undefined) return refused;
    if (caller?.aborted === true) return Promise.reject(caller.reason);
    if (this.#over !== undefined) return Promise.reject(this.#over());
    return new Sleep(this.#sleeps, caller).start(wait, this.#clock);
  }

  /**
   * Rejects all sleeps, present and future, with the error that `over` makes: only then, since an error costs a stack.
   */
  end(over: () => Error): void {
    this.#over = over;
    if (this.#sleeps.size === 0) return;
    const error = over();
    for (const sleep of this.#sleeps) sleep.aborted(error);
  }
}
