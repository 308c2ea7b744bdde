/** How much a test does: what takes long is done in part, or whole with PNEUMATIC_LONG=1. */
const isLong = process.env["PNEUMATIC_LONG"] === "1";

const isBusy = process.env["PNEUMATIC_BUSY"] === "1";
const patience = isLong ? 50 : isBusy ? 5 : 1;

/** The time after which a test of `ms` milliseconds is given up as hung. It is no measure of speed: a busy machine takes its time. */
export function hungAfter(ms: number): number {
  return patience * ms;
}

/**
 * How often a slow test that has failed is tried again. Programs that are run as a reader finds them keep their limits of time,
 * such as the five seconds of an ask, which a starved machine may miss.
 */
export const RETRIES: number = isBusy ? 2 : 0;

/** Returns `usual`, or `long` when everything is to be done. */
export function scaled(usual: number, long: number): number {
  return isLong ? long : usual;
}
