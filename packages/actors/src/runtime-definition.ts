/**
 * Definitions, as the runtime reads them: made by `actor` and `implement` on this thread, or named by the module they are in.
 * Nothing here has a life of its own.
 */
import { brand, callback, ignored } from "@pneumatic/core/internal";
import type { Behavior, Handler } from "./cell/behavior.ts";
import { LocalExecutor } from "./cell/executor.ts";
import type { Definition } from "./definition.ts";
import { InvalidDefinitionError } from "./errors.ts";
import { door, pathName } from "./option-doors.ts";

class RuntimeDefinition extends LocalExecutor implements Definition<never, unknown> {
  static {
    brand(RuntimeDefinition, "Definition", "@pneumatic/actors"); // a bundle of its module may have a copy of this one
  }

  constructor({ name = "actor", on, state, others, started, stopped }: Partial<Behavior>) {
    super({ name, on: handlers(on), state, others, started, stopped });
  }
}

/** Defines an actor that gives every message to one handler. */
export function catchAll<P>(name: string, others: Handler): Definition<P, undefined> {
  return new RuntimeDefinition({ name, on: {}, others }) as Definition<P, undefined>;
}

const checkDefinition = door("a definition", {
  name: pathName,
  state: callback,
  on: ignored, // checked with its handlers
  started: callback,
  stopped: callback,
});

export function define<P, Args>(definition: object): Definition<P, Args> {
  if (typeof definition !== "object" || definition === null) {
    throw new InvalidDefinitionError("An actor is defined by an object with an `on` of handlers");
  }
  checkDefinition(definition);
  return new RuntimeDefinition(definition) as Definition<P, Args>;
}

/** Own handlers only, without a prototype: a message of type `constructor` finds nothing. */
function handlers(on: unknown): Behavior["on"] {
  if (typeof on !== "object" || on === null) throw new InvalidDefinitionError("An actor needs an `on` of handlers");
  for (const [type, handler] of Object.entries(on)) {
    if (typeof handler !== "function") {
      throw new InvalidDefinitionError(`The handler "${type}" must be a function, not ${typeof handler}`);
    }
    if (/Generator/.test(Object.prototype.toString.call(handler))) {
      const remedy = "it returns its reply, or a promise of it; a generator would read the state outside of the turn";
      throw new InvalidDefinitionError(`The handler "${type}" must be no generator function: ${remedy}`);
    }
    if (handler.length > 2) {
      throw new InvalidDefinitionError(`The handler "${type}" takes the context and at most one payload`);
    }
  }
  return Object.setPrototypeOf({ ...on }, null);
}

/** Returns the behavior of a definition; undefined for a value that {@link actor} has not made. */
export function asBehavior(definition: unknown): LocalExecutor | undefined {
  return definition instanceof RuntimeDefinition ? definition : undefined;
}

/** Returns the behavior of a definition; refuses a value that {@link actor} has not made. */
export function behaviorOf(definition: unknown): LocalExecutor {
  const behavior = asBehavior(definition);
  if (behavior !== undefined) return behavior;
  throw new InvalidDefinitionError("Only what actor(), implement() or onThread() has made can be spawned");
}

/** Names the place of a definition: its module, or the `key` under which a thread knows it. */
export interface DefinitionOrigin {
  readonly name: string;
  readonly url?: string;
  readonly exportName?: string;
  readonly key?: string;
}

/** A definition elsewhere, as the runtime reads it. */
export class RemoteDefinition {
  readonly name: string;
  readonly origin: DefinitionOrigin;
  /** The thread that it must run on, as the parent's side knows it; undefined for any. */
  readonly host: object | undefined;

  constructor(origin: DefinitionOrigin, host?: object) {
    this.name = origin.name;
    this.origin = origin;
    this.host = host;
  }
}
