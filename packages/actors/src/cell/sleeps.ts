/** The waits of `ctx.sleep`, which wait for time alone. They end with the incarnation that made them. */
import type { WaitOptions } from "@pneumatic/core";
import { InvalidArgumentError } from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/internal";
import { abortSignal, ignore, misuseOf, refuse, Wait } from "@pneumatic/core/internal";

const VALID_MS = "a number of milliseconds from 0 to Infinity";
const SLEEP_OPTIONS = { signal: abortSignal };

/** A wait whose event never comes, so that its timeout is what it waits for. */
class Sleep extends Wait<void> {
  readonly #sleeps: Set<Sleep>;

  constructor(sleeps: Set<Sleep>) {
    super();
    this.#sleeps = sleeps;
  }

  protected readonly cooperative: boolean = false;
  protected readonly timedOut: void = undefined;

  protected enter(): void {
    this.#sleeps.add(this);
  }

  protected leave(): void {
    this.#sleeps.delete(this);
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

  /** Starts a sleep. An unobserved rejection ends no process, since its work is obsolete. */
  start(ms: number, options: { readonly signal?: AbortSignal | undefined } | undefined): Promise<void> {
    const misuse = options === undefined ? undefined : misuseOf(options, SLEEP_OPTIONS);
    const sleeping =
      misuse === undefined ? this.#begin({ timeout: ms, signal: options?.signal }) : Promise.reject(misuse);
    sleeping.catch(ignore);
    return sleeping;
  }

  #begin(wait: WaitOptions): Promise<void> {
    const { timeout: ms } = wait;
    if (!(typeof ms === "number" && ms >= 0))
      return Promise.reject(new InvalidArgumentError("ms of sleep", VALID_MS, ms));
    const refused = refuse(wait);
    if (refused !== undefined) return refused;
    return this.#over === undefined ? new Sleep(this.#sleeps).start(wait, this.#clock) : Promise.reject(this.#over());
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
