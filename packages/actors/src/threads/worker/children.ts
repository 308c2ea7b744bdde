/**
 * The children of an actor on a thread. Their definitions are here and so they run here, while their mailboxes are with the
 * parent, like that of any actor on a thread; those that are defined `onThread` run where others of that kind do.
 */

import { DuplicateNameError, ThreadLimitError } from "../../errors.ts";
import { takesAll } from "../../mailbox/overflow.ts";
import type { DefinitionOrigin } from "../../runtime-definition.ts";
import type { SpawnOptions } from "../../supervisor/actor-options.ts";
import { childSpec } from "../../supervisor/child-spec.ts";
import { SPAWN } from "../../supervisor/settings.ts";
import type { AddressDescriptor } from "../wire/marshal.ts";
import type { Definitions } from "./definitions.ts";
import type { ImportedActor } from "./imported-actor.ts";
import type { Imports } from "./imports.ts";

export class ChildSpawner {
  readonly #path: string;
  readonly #imports: Imports;
  readonly #definitions: Definitions;
  readonly #begin: (child: AddressDescriptor, origin: DefinitionOrigin, options: object) => void;
  readonly #children = new Map<string, ImportedActor>();
  #made = 0;

  /** `begin` asks the parent for a child; throws when the options cannot be copied. */
  constructor(
    path: string,
    imports: Imports,
    definitions: Definitions,
    begin: (child: AddressDescriptor, origin: DefinitionOrigin, options: object) => void,
  ) {
    this.#path = path;
    this.#imports = imports;
    this.#definitions = definitions;
    this.#begin = begin;
  }

  spawn(definition: unknown, options: SpawnOptions & { readonly args?: unknown } = {}): object {
    const { name: chosen, settings, behavior, stem } = childSpec(definition, options, "transient", SPAWN);
    if (settings.mailbox.rankOf !== undefined) {
      throw new ThreadLimitError(`Actor "${this.#path}" is on a thread, where a child cannot have a priority mailbox`);
    }
    const name = chosen ?? this.#freeName(stem);
    const path = `${this.#path}/${name}`;
    if (this.#isTaken(name)) throw new DuplicateNameError(path);
    const descriptor = { id: this.#imports.newId(), path, isStrong: true, takesAll: takesAll(settings.mailbox) };
    this.#begin(descriptor, this.#definitions.originOf(behavior), { ...options, name });
    const address = this.#imports.importAddress(descriptor);
    this.#children.set(name, this.#imports.observe(this.#imports.known(descriptor.id)));
    return address;
  }

  #freeName(stem: string): string {
    let name: string;
    do name = `${stem}-${++this.#made}`;
    while (this.#isTaken(name));
    return name;
  }

  #isTaken(name: string): boolean {
    const child = this.#children.get(name);
    if (child === undefined) return false;
    if (child.ended === undefined) return true;
    this.#children.delete(name);
    return false;
  }
}
