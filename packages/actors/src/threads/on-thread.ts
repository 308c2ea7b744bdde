/** A definition by the address of its module: what runs on a worker thread need not be loaded on this one. */
import type { ArgsOf, Definition, ProtocolOf } from "../definition.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { RemoteDefinition } from "../runtime-definition.ts";

/**
 * An actor that runs on a worker thread: the definition that the module at `url` exports, by default or under
 * `exportName`. It is spawned, supervised and addressed like any other. `./x.js` stands for `x.ts` if nothing was
 * built. A module that cannot be loaded is a failed start, whose cause is a `LoadFailedError` that names the remedy.
 *
 * A message to it is copied at the call, as by `structuredClone`; one that cannot be copied throws
 * `MessageNotCloneableError`. A thread that exits, runs out of memory or hangs is a reason to restart like a panic:
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
export function onThread<D extends Definition<unknown, never>>(
  url: URL | string,
  exportName = "default",
): Definition<ProtocolOf<D>, ArgsOf<D>> {
  if (!URL.canParse(String(url))) {
    throw new InvalidDefinitionError(
      `onThread takes new URL("./module.js", import.meta.url), not ${JSON.stringify(url)}`,
    );
  }
  const name = /([^/]+?)\.\w+$/.exec(String(url))?.[1] ?? "actor";
  return new RemoteDefinition({ name, url: String(url), exportName }) as unknown as Definition<
    ProtocolOf<D>,
    ArgsOf<D>
  >;
}
