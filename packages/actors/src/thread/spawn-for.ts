/** Spawns the child that an actor on a thread has asked for. */
import type { StrongAddress } from "../address/handle.ts";
import { dropAddresses } from "../address/handle.ts";
import { startFailureOf } from "../cell/failure.ts";
import type { Incarnation } from "../cell/incarnation.ts";
import { unpack } from "./copy.ts";
import type { ThreadHost } from "./host.ts";
import { RemoteDefinition } from "./on-thread.ts";
import type { OfTenant } from "./wire.ts";

/** A child whose definition is on the thread of its parent runs there too. What cannot be spawned has failed to start. */
export function spawnFor(parent: Incarnation, host: ThreadHost, asked: Extract<OfTenant, { op: "spawn" }>): void {
  const { child, origin, options } = asked;
  const { leases } = host;
  const definition = new RemoteDefinition(origin, origin.key === undefined ? undefined : host);
  const given = unpack(options, leases) as { readonly args?: unknown };
  try {
    leases.bind(child, parent.spawn(definition, given) as StrongAddress);
  } catch (error) {
    dropAddresses(given.args);
    leases.unborn(child, startFailureOf(error));
  }
}
