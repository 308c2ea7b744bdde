/** Work that keeps a thread from turning its event loop for longer than the heartbeat allows, on purpose. */
import { InvalidDefinitionError } from "../errors.ts";
import { currentHost } from "./wire/current-host.ts";
import { BLOCKING } from "./wire/shared-words.ts";

/**
 * Runs `work` at once and returns its result. Meanwhile its thread is not terminated for a missed heartbeat: it is
 * for work that is known to take long in one piece, such as a synchronous call of a native library. Afterwards the
 * thread has the whole limit again.
 *
 * It works from any code on a thread, also nested, and ends if `work` throws. It covers `work` until that returns: a
 * promise is returned as it is, and needs no section, since the thread turns while it is awaited. Nobody watches
 * inside, so work that never returns is never found. Other actors of the thread wait meanwhile: give such an actor
 * `thread: "dedicated"`. For an actor in process, and elsewhere, it only calls `work`.
 *
 * Throws `InvalidDefinitionError` if `work` is no function. (After Tokio's `block_in_place` and Scala's `blocking`.)
 *
 * @example
 * ```ts
 * import { pbkdf2Sync } from "node:crypto";
 * import { actor, blocking } from "@pneumatic/actors";
 *
 * export default actor({
 *   on: {
 *     hash: (_, { text }: { text: string }) =>
 *       blocking(() => pbkdf2Sync(text, "salt", 10_000, 32, "sha256").toString("hex")),
 *   },
 * });
 * ```
 */
export function blocking<T>(work: () => T): T {
  if (typeof work !== "function") {
    throw new InvalidDefinitionError(`blocking(work) takes a function that does the work, not ${typeof work}`);
  }
  const words = currentHost()?.words;
  if (words === undefined) return work();
  Atomics.add(words, BLOCKING, 1);
  try {
    return work();
  } finally {
    Atomics.sub(words, BLOCKING, 1);
  }
}
