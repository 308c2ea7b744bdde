/** What `@pneumatic/actors` builds on. Not part of the public interface: it changes without notice. */
export type { Clock } from "./clock.ts";
export { currentClock, systemClock } from "./clock.ts";
