/** Slots held by a test. */
import type { Permit, SyncSender } from "@pneumatic/core";
import { unwrap } from "@pneumatic/core";
import { numbers } from "./sequence.ts";

/** Every free slot of `tx`, held. */
export function holdAll<T>(tx: SyncSender<T>): Permit<T>[] {
  return numbers(tx.available).map(() => unwrap(tx.tryReserve()));
}
