/** Specifications of supervisors and their children: plain values, checked when they are made. */
import type { Behavior, Definition } from "../actor.ts";
import { behaviorOf } from "../actor.ts";
import type { Address } from "../address/address.ts";
import { InvalidDefinitionError } from "../errors.ts";
import type { MessageOf } from "../protocol.ts";
import { RemoteDefinition } from "../thread/on-thread.ts";
import type { Intensity } from "./intensity.ts";
import type { Restart } from "./restart-policy.ts";
import type { ChildOptions, Settings, WithArgs } from "./spawn-options.ts";
import { checkIntensity, settingsOf } from "./spawn-options.ts";

declare const definition: unique symbol;

/** A child of a supervisor, made by {@link child}. */
export interface ChildSpec<out P> {
  readonly [definition]?: () => P;
}

/** The children of a supervisor by id. */
export type ChildSpecs = Readonly<Record<string, ChildSpec<unknown>>>;

/** The address of a child, by its specification. */
export type AddressOf<Spec> = Spec extends { readonly [definition]?: () => infer P } ? Address<P> : never;

/** What happens to the others when one child ends: with `one_for_one`, nothing. As in OTP. */
export type Strategy = "one_for_one";

/** A supervisor, made by {@link supervisor}. */
export interface SupervisorSpec<out C extends ChildSpecs = ChildSpecs> {
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  readonly children: C;
}

/** A child as the supervisor reads it. */
export class RuntimeChildSpec {
  readonly behavior: Behavior | RemoteDefinition;
  readonly settings: Settings;

  constructor(behavior: Behavior | RemoteDefinition, settings: Settings) {
    this.behavior = behavior;
    this.settings = settings;
  }
}

/**
 * A child of a supervisor: a definition, and how the actor lives. `restart` is `permanent` when left out.
 *
 * Throws {@link InvalidDefinitionError} for options that do not exist or are out of range.
 */
export function child<P, Args>(
  definition: Definition<P, Args>,
  ...options: WithArgs<ChildOptions<MessageOf<P>>, Args>
): ChildSpec<P> {
  return childSpec(definition, options[0], "permanent") as ChildSpec<P>;
}

/**
 * A supervisor of `children`, which it starts in order, restarts under their policies, and stops in reverse.
 *
 * Together they may be restarted `intensity.restarts` times within `intensity.withinMs` milliseconds (3 in 5,000 when left
 * out); one more, and the supervisor stops its children and ends with the reason of the last one. (After OTP's
 * `supervisor`.)
 *
 * @example
 * ```ts
 * import { ActorSystem, actor, child, supervisor } from "@pneumatic/actors";
 *
 * const divider = actor({
 *   on: {
 *     divide: (_, { a, b }: { a: number; b: number }) => {
 *       if (b === 0) throw new RangeError("division by zero");
 *       return a / b;
 *     },
 *   },
 * });
 * await using system = new ActorSystem({ logLevel: "silent" });
 * using math = system.supervise(supervisor({ strategy: "one_for_one", children: { divider: child(divider) } }));
 * using address = math.child("divider");
 * await address.ask({ type: "divide", a: 1, b: 0 }).catch((error) => console.log(error.cause.message)); // division by zero
 * console.log(await address.ask({ type: "divide", a: 6, b: 2 })); // 3: the same address, restarted
 * ```
 */
export function supervisor<const C extends ChildSpecs>(spec: {
  readonly strategy?: Strategy;
  readonly intensity?: Intensity;
  readonly children: C;
}): SupervisorSpec<C> {
  if (typeof spec?.children !== "object" || spec.children === null) {
    throw new InvalidDefinitionError("A supervisor is specified by an object with its `children`");
  }
  const { strategy = "one_for_one", intensity, children } = spec;
  if (strategy !== "one_for_one") {
    throw new InvalidDefinitionError(`The strategy of a supervisor is "one_for_one", not ${String(strategy)}`);
  }
  for (const [id, spec] of Object.entries(children)) {
    if (/^\d+$/.test(id)) {
      throw new InvalidDefinitionError(
        `The child "${id}" needs a name that is no number, which would change its place`,
      );
    }
    specOf(id, spec);
  }
  return { strategy, intensity: checkIntensity(intensity), children };
}

/** A definition and options as the runtime reads them. */
export function childSpec(definition: unknown, options: object | undefined, restart: Restart): RuntimeChildSpec {
  const remote = definition instanceof RemoteDefinition;
  return new RuntimeChildSpec(remote ? definition : behaviorOf(definition), settingsOf(options, restart, remote));
}

/** A child specification as the supervisor reads it; refuses what {@link child} has not made. */
export function specOf(id: string, spec: unknown): RuntimeChildSpec {
  if (id === "" || id.includes("/")) {
    throw new InvalidDefinitionError(`The id of a child is a string without "/", not ${JSON.stringify(id)}`);
  }
  if (spec instanceof RuntimeChildSpec) return spec;
  throw new InvalidDefinitionError(`The child "${id}" of a supervisor must be made by child(definition, options)`);
}
