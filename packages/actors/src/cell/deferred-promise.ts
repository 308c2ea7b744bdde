/** Something that happens at most once in the life of an actor, for those who ask. */
const ignore = (): void => {};

export class Milestone<T> {
  /** A rejection that nobody observes ends nothing. */
  readonly promise: Promise<T>;
  isOver = false;
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  reach(value: T): void {
    this.isOver = true;
    this.#resolve(value);
  }

  fail(error: Error): void {
    this.isOver = true;
    this.promise.catch(ignore);
    this.#reject(error);
  }
}
