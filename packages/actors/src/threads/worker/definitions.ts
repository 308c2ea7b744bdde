/** The definitions that a thread knows: by the module they are in, or by a number if they were first seen here. */
import { threadId } from "node:worker_threads";
import type { Behavior } from "../../cell/behavior.ts";
import { LoadFailedError } from "../../errors.ts";
import type { DefinitionOrigin } from "../../runtime-definition.ts";
import { behaviorOf, RemoteDefinition } from "../../runtime-definition.ts";

export class Definitions {
  readonly #byKey = new Map<string, Behavior>();
  readonly #keys = new WeakMap<Behavior, string>();

  /** Returns the origin by which the parent asks for `definition`. */
  originOf(definition: unknown): DefinitionOrigin {
    if (definition instanceof RemoteDefinition) return definition.origin;
    const behavior = behaviorOf(definition);
    let key = this.#keys.get(behavior);
    if (key === undefined) {
      key = `${threadId}:${this.#byKey.size}`; // no other thread has the same one
      this.#keys.set(behavior, key);
      this.#byKey.set(key, behavior);
    }
    return { name: behavior.name, key };
  }

  /** Returns the definition that was first seen here under `key`. */
  find(key: string): Behavior {
    const behavior = this.#byKey.get(key);
    if (behavior !== undefined) return behavior;
    throw new LoadFailedError("The definition is gone with the thread that it was made on", "");
  }
}
