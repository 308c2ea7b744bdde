/** Spawns the children that actors on threads ask for: their mailboxes and their supervision are on the parent's side. */
import type { StrongAddress } from "../../address/walk.ts";
import { dropAddresses } from "../../address/walk.ts";
import { startFailureOf } from "../../cell/failure.ts";
import type { Incarnation } from "../../cell/incarnation.ts";
import { SpawnRefusedError } from "../../errors.ts";
import { RemoteDefinition } from "../../runtime-definition.ts";
import { unmarshal } from "../wire/marshal.ts";
import type { FromIncarnation } from "../wire/messages.ts";
import type { Exports } from "./exports.ts";

type Asked = Extract<FromIncarnation, { op: "spawn" }>;

/**
 * A child whose definition is on the thread of its parent runs there too. A child that cannot be spawned has failed to
 * start.
 */
export function spawnFor(parent: Incarnation, host: { readonly exports: Exports }, asked: Asked): void {
  const { child, origin, options } = asked;
  const { exports } = host;
  const definition = new RemoteDefinition(origin, origin.key === undefined ? undefined : host);
  const given = unmarshal(options, exports) as { readonly args?: unknown };
  try {
    exports.bind(child, parent.spawn(definition, given) as StrongAddress);
  } catch (error) {
    dropAddresses(given.args);
    failSpawn(exports, asked, error);
  }
}

/** Refuses a spawn: the incarnation that asks has ended, but its actor may still wait for the child. */
export function refuseSpawn(exports: Exports, asked: Asked): void {
  failSpawn(exports, asked, new SpawnRefusedError(asked.path, "the incarnation that asks for it has ended"));
}

function failSpawn(exports: Exports, { child, path }: Asked, error: unknown): void {
  exports.spawnFailed(child, { path, reason: startFailureOf(error), error });
}
