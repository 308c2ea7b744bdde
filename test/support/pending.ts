/** Looks at promises without waiting for them. */

/** Lets everything run that needs no time: one turn of the event loop, after all microtasks. */
export function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const PENDING = Symbol("pending");

/** Whether `promise` is still pending when nothing is left to run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  await flush();
  return (await Promise.race([promise, PENDING]).catch(() => undefined)) === PENDING;
}
