/** The only place of the benchmarks that reads a clock or waits for one. */

/** Monotonic milliseconds. */
export function now(): number {
  return performance.now();
}

/** The time of day, in ISO 8601. */
export function today(): string {
  return new Date().toISOString();
}

/** Lets the event loop go round once. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits at least this long. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Calls `action` after `milliseconds`; returns how to cancel that. */
export function after(milliseconds: number, action: () => void): () => void {
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
}

/** Calls `action` every `milliseconds`; returns how to end that. */
export function every(milliseconds: number, action: () => void): () => void {
  const timer = setInterval(action, milliseconds);
  return () => clearInterval(timer);
}
