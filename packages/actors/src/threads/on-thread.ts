/** A definition by the address of its module, which need not be loaded on this thread. */
import type { ArgsOf, Definition, ProtocolOf } from "../definition.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { RemoteDefinition } from "../runtime-definition.ts";

type TypeMissing = "onThread needs the type of the actor: onThread<typeof definition>(url)";

/**
 * Defines an actor that runs on a worker thread: by the definition that the module at `url` exports, by default or
 * under `exportName`. It is spawned, supervised and addressed like any other. `./x.js` stands for `x.ts` if nothing
 * was built. If the module cannot be loaded, the start has failed, and the cause is a `LoadFailedError` that says
 * what to do.
 *
 * A message to it is copied at the call, as `structuredClone` does; if it cannot be copied, the call throws
 * `MessageNotCloneableError`. A thread that exits, runs out of memory or hangs is a reason to restart, like a panic:
 * queued messages survive in order, and the ask in flight rejects at once.
 *
 * @example
 * ```ts
 * import { actor, onThread } from "@pneumatic/actors";
 *
 * // hash.js: export default actor({ on: { … } })
 * const hash = actor({ on: { of: (_, { text }: { text: string }) => text.length } });
 * const definition = onThread<typeof hash>(new URL("./hash.js", import.meta.url));
 * console.log(definition.name); // hash
 * ```
 */
export function onThread<D extends Definition<unknown, never> = never>(
  url: [D] extends [never] ? TypeMissing : URL | string,
  exportName = "default",
): Definition<ProtocolOf<D>, [D] extends [never] ? unknown : ArgsOf<D>> {
  if (!URL.canParse(String(url))) {
    throw new InvalidDefinitionError(
      `onThread takes new URL("./module.js", import.meta.url), not ${JSON.stringify(url)}`,
    );
  }
  const name = /([^/]+?)\.\w+$/.exec(String(url))?.[1] ?? "actor";
  return new RemoteDefinition({ name, url: String(url), exportName }) as never;
}
