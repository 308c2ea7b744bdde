/** The tables of the options of `route` and `resize`, and their defaults. */
import type { OptionKind } from "@pneumatic/core/internal";
import { callback, integer, oneOf, required } from "@pneumatic/core/internal";
import { InvalidDefinitionError } from "../errors.ts";
import { door, nested, positiveMilliseconds } from "../option-doors.ts";
import type { Intensity } from "../supervisor/actor-options.ts";
import { childSpec, RuntimeChildSpec } from "../supervisor/child-spec.ts";
import { DEFAULT_INTENSITY } from "../supervisor/intensity.ts";
import type { ActorDoor } from "../supervisor/settings.ts";
import { routerDoor } from "../supervisor/settings.ts";
import type { ElasticSize, RouterSize, RoutingStrategy } from "./router-options.ts";

/** A size with its defaults filled in. */
export type Limits = Required<ElasticSize>;

/** The options as the runtime reads them, with their defaults filled in. */
export interface RouterSpec {
  readonly routee: RuntimeChildSpec;
  readonly name: string | undefined;
  readonly essential: boolean;
  readonly intensity: Intensity;
  readonly strategy: RoutingStrategy;
  readonly key: ((message: unknown) => unknown) | undefined;
  readonly limits: Limits;
}

const SIZE = {
  min: required(integer(1)),
  max: required(integer(1)),
  loadedAt: integer(1),
  idleMs: positiveMilliseconds,
};
const elasticSize = nested("the size of a router", SIZE);

const size: OptionKind = {
  expected: "the number of routees, an integer of 1 or more, or { min, max }",
  accepts: (value) => {
    if (typeof value !== "object" || value === null) return Number.isSafeInteger(value) && (value as number) >= 1;
    return elasticSize.accepts(value);
  },
};

const ROUTER: ActorDoor = routerDoor({
  strategy: oneOf("round_robin", "random", "least_loaded", "consistent_hash", "broadcast"),
  size: required(size),
  key: callback,
});
const checkSize = door("resize()", { size: required(size) });

const DEFAULT_LOADED_AT = 2;
const DEFAULT_IDLE_MS = 10_000;

/** Checks options, and fills in the defaults. */
export function routerSpec(definition: unknown, options: unknown): RouterSpec {
  const given = options === undefined ? {} : (options as object);
  const { behavior, settings, args, name } = childSpec(definition, given, "permanent", ROUTER);
  const { essential } = settings;
  const routee = new RuntimeChildSpec(behavior, { ...settings, essential: false }, { args });
  const {
    strategy = "round_robin",
    size,
    key,
    intensity = DEFAULT_INTENSITY,
  } = given as Partial<RouterSpec> & {
    readonly size: RouterSize;
  };
  if (strategy === "consistent_hash" && key === undefined) {
    throw invalidRouterOptions("consistent_hash needs a key, a function of the message");
  }
  if (strategy !== "consistent_hash" && key !== undefined) {
    throw invalidRouterOptions("a key goes with consistent_hash alone");
  }
  return { routee, name, essential, intensity, strategy, key, limits: limitsOf(size, strategy) };
}

/** Checks the size of a router that lives, and fills in the defaults. */
export function resizedLimits(size: unknown, strategy: RoutingStrategy): Limits {
  checkSize({ size });
  return limitsOf(size as RouterSize, strategy);
}

/** Fills in the defaults of a size. */
function limitsOf(size: RouterSize, strategy: RoutingStrategy): Limits {
  const {
    min,
    max,
    loadedAt = DEFAULT_LOADED_AT,
    idleMs = DEFAULT_IDLE_MS,
  }: ElasticSize = typeof size === "number" ? { min: size, max: size } : size;
  if (strategy === "broadcast" && typeof size !== "number") {
    throw invalidRouterOptions("the size of a broadcast is a number: more routees do not share the load");
  }
  if (max < min) throw invalidRouterOptions(`max of its size must be ${min} or more, as min is, not ${max}`);
  return { min, max, loadedAt, idleMs };
}

function invalidRouterOptions(why: string): InvalidDefinitionError {
  return new InvalidDefinitionError(`Invalid options of a router: ${why}`);
}
