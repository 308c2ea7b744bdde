/**
 * How long a test waits for another process before it takes it for hung. It is no measure of speed: a busy machine may take its
 * time, and only a failure is found late.
 */
export const PATIENCE_MS = 240_000;
