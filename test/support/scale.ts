/** How much a test does: what takes long is done in part, or whole with PNEUMATIC_LONG=1. */
const isLong = process.env["PNEUMATIC_LONG"] === "1";

const patience = isLong ? 50 : process.env["PNEUMATIC_BUSY"] === "1" ? 5 : 1;

/** The time after which a test of `ms` milliseconds is given up as hung. It is no measure of speed: a busy machine takes its time. */
export function hungAfter(ms: number): number {
  return patience * ms;
}

/** Returns `usual`, or `long` when everything is to be done. */
export function scaled(usual: number, long: number): number {
  return isLong ? long : usual;
}
