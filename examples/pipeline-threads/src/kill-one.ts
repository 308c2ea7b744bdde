/** Sabotage from outside: what an operator does with a worker that looks stuck. */
import type { ActorSystem } from "@pneumatic/actors";
import type { Workers } from "./digest-all.ts";

/** Kills any of the workers, in the middle of whatever it is at. It is restarted; its queue is kept. */
export function killOne(system: ActorSystem, workers: Workers): void {
  const routees = workers.routees();
  const unlucky = routees[Math.floor(Math.random() * routees.length)];
  const worker = unlucky && system.lookup(`${workers.path}/${unlucky.id}`);
  if (worker !== undefined) void system.kill(worker);
}
