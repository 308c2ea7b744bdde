/** An actor on a thread, and asks to it. */
import type { Address, ProtocolOf } from "@pneumatic/actors";
import { ActorSystem, onThread } from "@pneumatic/actors";
import type { echoing } from "../workers/actor.ts";
import type { OpenCaller } from "./caller.ts";

export type Echoing = Address<ProtocolOf<typeof echoing>>;

const definition = onThread<typeof echoing>(new URL("../workers/actor.js", import.meta.url), "echoing");
/** A restart is never one too many, and never waits. */
const ANY_RESTARTS = {
  restart: "permanent",
  intensity: { restarts: Number.MAX_SAFE_INTEGER, withinMs: 0 },
  backoff: { initialMs: 0 },
} as const;

export function openSystem(): ActorSystem {
  return new ActorSystem({ logLevel: "silent" });
}

export function spawnEchoing(system: ActorSystem, thread: "shared" | "dedicated"): Echoing {
  return system.spawn(definition, { thread, ...ANY_RESTARTS });
}

export const actorCaller: OpenCaller = () => {
  const address = spawnEchoing(openSystem(), "shared");
  return ({ by, id }) => address.ask({ type: "add", by, id });
};
