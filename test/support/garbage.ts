/** Asks the garbage collector what is still reachable. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { flush } from "./pending.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const ATTEMPTS = 10;
const COLLECTIONS_TO_BE_SURE = 2;

/** How many bytes are in use when everything unreachable has been collected. */
export async function bytesInUse(): Promise<number> {
  await isCollected();
  return process.memoryUsage().heapUsed;
}

/** Whether everything that `references` point to survives a few collections. */
export async function isHeld(...references: readonly WeakRef<WeakKey>[]): Promise<boolean> {
  for (let collection = 0; collection < COLLECTIONS_TO_BE_SURE; collection++) {
    await flush();
    collectGarbage();
    if (references.some((reference) => reference.deref() === undefined)) return false;
  }
  return true;
}

/** Whether everything that `references` point to has been collected. */
export async function isCollected(...references: readonly WeakRef<WeakKey>[]): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await flush();
    collectGarbage();
    if (references.every((reference) => reference.deref() === undefined)) return true;
  }
  return false;
}
