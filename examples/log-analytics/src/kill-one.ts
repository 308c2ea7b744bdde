/** Sabotage from outside: what an operator does with a worker that looks stuck. */
import type { ActorSystem } from "@pneumatic/actors";
import type { Analysts } from "./analyze.ts";

/** Kills any of the analysts, in the middle of whatever it is at. It is restarted; its queue is kept. */
export function killOne(system: ActorSystem, analysts: Analysts): void {
  const routees = analysts.routees();
  const unlucky = routees[Math.floor(Math.random() * routees.length)];
  const analyst = unlucky && system.lookup(`${analysts.path}/${unlucky.id}`);
  if (analyst !== undefined) void system.kill(analyst);
}
