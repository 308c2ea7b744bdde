/** The virtual clock of the package, in force on this thread. */
import { VirtualClock } from "@pneumatic/actors/testing";
import { useClock } from "@pneumatic/core/testing";

export { VirtualClock } from "@pneumatic/actors/testing";

/** A virtual clock that is in force until disposed. */
export function installClock(): VirtualClock & Disposable {
  const clock = new VirtualClock();
  const installed = useClock(clock);
  return Object.assign(clock, { [Symbol.dispose]: () => installed[Symbol.dispose]() });
}
