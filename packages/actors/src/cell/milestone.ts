/** Something that happens once in the life of an actor. The promise is made only when somebody asks for it. */
const ignore = (): void => {};

export class Milestone<T> {
  #outcome: { readonly value: T } | { readonly error: Error } | undefined = undefined;
  #promise: Promise<T> | undefined = undefined;
  #resolve: ((value: T) => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;

  get isOver(): boolean {
    return this.#outcome !== undefined;
  }

  /** A rejection that nobody observes ends nothing. */
  get promise(): Promise<T> {
    if (this.#promise === undefined) {
      this.#promise = new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
      this.#promise.catch(ignore);
      this.#settle();
    }
    return this.#promise;
  }

  reach(value: T): void {
    this.#outcome ??= { value };
    this.#settle();
  }

  fail(error: Error): void {
    this.#outcome ??= { error };
    this.#settle();
  }

  #settle(): void {
    const outcome = this.#outcome;
    if (outcome === undefined) return;
    if ("value" in outcome) this.#resolve?.(outcome.value);
    else this.#reject?.(outcome.error);
  }
}
