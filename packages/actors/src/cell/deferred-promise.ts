/** Something that happens at most once in the life of an actor, for those who ask. */
import { ignore } from "@pneumatic/core/internal";

export class DeferredPromise<T> {
  /** An unobserved rejection ends no process. */
  readonly promise: Promise<T>;
  isSettled = false;
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  resolve(value: T): void {
    this.isSettled = true;
    this.#resolve(value);
  }

  reject(error: Error): void {
    this.isSettled = true;
    this.promise.catch(ignore);
    this.#reject(error);
  }
}
