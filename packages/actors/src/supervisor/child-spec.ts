/** Specifications of supervisors and their children: plain values, checked when they are made. */

import type { Address } from "../address/address.ts";
import type { LocalExecutor } from "../cell/executor.ts";
import type { Definition } from "../definition.ts";
import { behaviorOf, RemoteDefinition } from "../definition.ts";
import { InvalidDefinitionError } from "../errors.ts";
import type { MessageOf } from "../protocol.ts";
import type { SupervisorAddress } from "./address.ts";
import type { Intensity } from "./intensity.ts";
import type { Restart } from "./restart-policy.ts";
import type { ChildOptions, Settings, WithArgs } from "./spawn-options.ts";
import { checkIntensity, checkName, settingsOf } from "./spawn-options.ts";
import type { Strategy } from "./strategy.ts";
import { STRATEGIES } from "./strategy.ts";

declare const definition: unique symbol;

/** A child of a supervisor, made by {@link child}. */
export interface ChildSpec<out P> {
  readonly [definition]?: () => P;
}

/** The children of a supervisor by id: actors, and other supervisors. */
export type ChildSpecs = { readonly [id: string]: ChildSpec<unknown> | SupervisorSpec };

/** The address of a child, by its specification. */
export type AddressOf<Spec> =
  Spec extends SupervisorSpec<infer C>
    ? SupervisorAddress<C>
    : Spec extends { readonly [definition]?: () => infer P }
      ? Address<P>
      : never;

/** A supervisor, made by {@link supervisor}. */
export interface SupervisorSpec<out C extends ChildSpecs = ChildSpecs> {
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  readonly children: C;
}

/** A child as the supervisor reads it. */
export class RuntimeChildSpec {
  readonly behavior: LocalExecutor | RemoteDefinition | SupervisorSpec;
  readonly settings: Settings;
  readonly args: unknown;
  readonly name: string | undefined;

  constructor(
    behavior: LocalExecutor | RemoteDefinition | SupervisorSpec,
    settings: Settings,
    { args, name }: { readonly args?: unknown; readonly name?: unknown } = {},
  ) {
    this.behavior = behavior;
    this.settings = settings;
    this.args = args;
    this.name = checkName(name);
  }

  /** What an unnamed one is called, with a number. */
  get stem(): string {
    return "children" in this.behavior ? "supervisor" : this.behavior.name;
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
 * When one of them is restarted, `strategy` says who is restarted with it: nobody (`one_for_one`, the default), all
 * (`one_for_all`), or those started after it (`rest_for_one`). Those are stopped in reverse order, each after its current
 * message, and start again in order; mailboxes and addresses stay, so no message is lost. A supervisor can stand as a child
 * of another. Together they may be restarted `intensity.restarts` times within `intensity.withinMs` milliseconds (3 in 5,000 when left
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
  if (!STRATEGIES.includes(strategy)) {
    const known = STRATEGIES.join(", ");
    throw new InvalidDefinitionError(`The strategy of a supervisor is one of ${known}, not ${String(strategy)}`);
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
  const isRemote = definition instanceof RemoteDefinition;
  const settings = settingsOf(options, restart, isRemote);
  return new RuntimeChildSpec(isRemote ? definition : behaviorOf(definition), settings, options);
}

/** A supervisor as an actor: its children have their own limits of time, so it has none. */
export function supervisorSpec(spec: SupervisorSpec, name: string | undefined, restart: Restart): RuntimeChildSpec {
  return new RuntimeChildSpec(spec, settingsOf({ shutdownMs: Number.POSITIVE_INFINITY }, restart), { name });
}

/** A child specification as the supervisor reads it; refuses what {@link child} has not made. */
export function specOf(id: string, spec: unknown): RuntimeChildSpec {
  if (id === "" || id.includes("/")) {
    throw new InvalidDefinitionError(`The id of a child is a string without "/", not ${JSON.stringify(id)}`);
  }
  if (spec instanceof RuntimeChildSpec) return spec;
  if (typeof (spec as Partial<SupervisorSpec> | undefined)?.children === "object") {
    return supervisorSpec(supervisor(spec as SupervisorSpec), undefined, "permanent");
  }
  throw new InvalidDefinitionError(
    `The child "${id}" of a supervisor must be made by child(definition, options) or supervisor(spec)`,
  );
}
