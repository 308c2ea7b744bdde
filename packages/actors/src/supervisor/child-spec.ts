/** Specifications of supervisors and their children, as the runtime reads them: checked when they are made. */
import { ignored, oneOf } from "@pneumatic/core/internal";
import type { LocalExecutor } from "../cell/executor.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { door } from "../option-doors.ts";
import { behaviorOf, RemoteDefinition } from "../runtime-definition.ts";
import type { Restart } from "./actor-options.ts";
import { DEFAULT_INTENSITY } from "./intensity.ts";
import { STRATEGIES } from "./restart-policy.ts";
import type { ActorDoor, Settings } from "./settings.ts";
import { INTENSITY, settingsOf } from "./settings.ts";
import type { SupervisorSpec } from "./supervisor-address.ts";

/** A child as the supervisor reads it. */
export class RuntimeChildSpec {
  readonly behavior: LocalExecutor | RemoteDefinition | SupervisorSpec;
  readonly settings: Settings;
  readonly args: unknown;
  readonly name: string | undefined;
  /** True if its restarts count alone. */
  readonly hasOwnWindow: boolean;

  constructor(
    behavior: LocalExecutor | RemoteDefinition | SupervisorSpec,
    settings: Settings,
    {
      args,
      name,
      intensity,
    }: { readonly args?: unknown; readonly name?: string | undefined; readonly intensity?: unknown } = {},
  ) {
    this.behavior = behavior;
    this.settings = settings;
    this.args = args;
    this.name = name;
    this.hasOwnWindow = intensity !== undefined;
  }

  /** The stem of the name of an unnamed one, which ends in a number. */
  get stem(): string {
    return "children" in this.behavior ? "supervisor" : this.behavior.name;
  }
}

const NEVER = Number.POSITIVE_INFINITY;

const checkSpec = door("a supervisor", {
  strategy: oneOf(...STRATEGIES),
  intensity: INTENSITY,
  children: ignored, // checked one by one
});

/** The most levels of supervisors in one specification: they are made one within the other, on the stack. */
const MOST_LEVELS = 500;
/** The number of levels of each specification that was checked. */
const levelsOf = new WeakMap<object, number>();

/**
 * Checks the specification of a supervisor and its children, and fills in what was left out. `above` is the number of levels above
 * it. What was checked is not checked again: specifications are made from the inside out.
 */
export function checkedSupervisor(spec: Partial<SupervisorSpec>, above = 0): SupervisorSpec {
  const known = levelsOf.get(Object(spec));
  if (above + (known ?? 1) > MOST_LEVELS) {
    throw new InvalidDefinitionError(
      `A specification of more than ${MOST_LEVELS} levels of supervisors is too deep: let an actor below supervise the rest`,
    );
  }
  if (known !== undefined) return spec as SupervisorSpec;
  if (typeof spec?.children !== "object" || spec.children === null) {
    throw new InvalidDefinitionError("A supervisor is specified by an object with its `children`");
  }
  checkSpec(spec);
  const { strategy = "one_for_one", intensity = DEFAULT_INTENSITY, children } = spec;
  let levels = 1;
  for (const [id, spec] of Object.entries(children)) {
    if (/^\d+$/.test(id)) {
      throw new InvalidDefinitionError(
        `The child "${id}" needs a name that is no number, which would change its place`,
      );
    }
    levels = Math.max(levels, 1 + (levelsOf.get(specOf(id, spec, above + 1).behavior) ?? 0));
  }
  const checked = { strategy, intensity, children };
  levelsOf.set(checked, levels);
  return checked;
}

/** Returns a definition and options as the runtime reads them; throws unless `door` accepts the options. */
export function childSpec(
  definition: unknown,
  options: object | undefined,
  restart: Restart,
  door: ActorDoor,
): RuntimeChildSpec {
  const isRemote = definition instanceof RemoteDefinition;
  if (isRemote) door.onThread(options);
  else door.inProcess(options);
  const behavior = isRemote ? definition : behaviorOf(definition);
  return new RuntimeChildSpec(behavior, settingsOf(options, restart), options);
}

/** A supervisor as an actor: its children have their own limits of time, so it has none. */
export function supervisorSpec(
  spec: SupervisorSpec,
  { name, essential }: { readonly name?: string | undefined; readonly essential?: boolean | undefined },
  restart: Restart,
): RuntimeChildSpec {
  const settings = settingsOf({ startTimeoutMs: NEVER, shutdownMs: NEVER, essential }, restart);
  return new RuntimeChildSpec(spec, settings, { name });
}

/** A child specification as the supervisor reads it; refuses what {@link child} has not made. */
export function specOf(id: string, spec: unknown, above = 0): RuntimeChildSpec {
  if (id === "" || id.includes("/")) {
    throw new InvalidDefinitionError(`The id of a child is a string without "/", not ${JSON.stringify(id)}`);
  }
  if (spec instanceof RuntimeChildSpec) return spec;
  if (typeof (spec as Partial<SupervisorSpec> | undefined)?.children === "object") {
    return supervisorSpec(checkedSupervisor(spec as SupervisorSpec, above), {}, "permanent");
  }
  throw new InvalidDefinitionError(
    `The child "${id}" of a supervisor must be made by child(definition, options) or supervisor(spec)`,
  );
}
