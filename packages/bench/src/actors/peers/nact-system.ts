/** A system of `nact` for one run. */
import { start, stop } from "nact";

export type System = ReturnType<typeof start>;

/** Runs within a system that is stopped at the end. */
export async function inSystem(body: (system: System) => Promise<void>): Promise<void> {
  const system = start();
  await body(system);
  stop(system);
}
