/** `child` and `supervisor`: they specify a supervisor. */
import type { Definition } from "../definition.ts";
import type { MessageOf } from "../protocol.ts";
import type { ChildOptions, Intensity, WithArgs } from "./actor-options.ts";
import { checkedSupervisor, childSpec } from "./child-spec.ts";
import { CHILD } from "./settings.ts";
import type { ChildSpec, ChildSpecs, Strategy, SupervisorSpec } from "./supervisor-address.ts";

/**
 * Specifies a child of a supervisor: a definition, and how the actor lives. `restart` is `permanent` when left out.
 *
 * Throws `InvalidDefinitionError` for options that do not exist or are out of range.
 */
export function child<P, Args>(
  definition: Definition<P, Args>,
  ...options: WithArgs<ChildOptions<MessageOf<P>>, Args>
): ChildSpec<P> {
  return childSpec(definition, options[0], "permanent", CHILD) as ChildSpec<P>;
}

/**
 * Specifies a supervisor of `children`, which it starts in order, restarts under their policies, and stops in
 * reverse. A supervisor can stand as a child of another.
 *
 * When a child is restarted, `strategy` says which others are restarted with it: none (`one_for_one`, the default),
 * all (`one_for_all`), or those that were started after it (`rest_for_one`). These are stopped in reverse order, each
 * after its current message, and start again in order; mailboxes and addresses stay, so no message is lost.
 *
 * Together the children may be restarted `intensity.restarts` times within `intensity.withinMs` milliseconds (3 in
 * 5,000 when left out). After one more, the supervisor stops its children and ends with the reason of the last one.
 * Throws `InvalidDefinitionError` for a malformed specification. (After OTP's `supervisor`.)
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
  return checkedSupervisor(spec) as SupervisorSpec<C>;
}
