/** Specifications of supervisors and their children, as the runtime reads them: checked when they are made. */
import type { LocalExecutor } from "../cell/executor.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { behaviorOf, RemoteDefinition } from "../runtime-definition.ts";
import type { Restart } from "./actor-options.ts";
import type { Settings } from "./settings.ts";
import { checkIntensity, checkName, settingsOf } from "./settings.ts";
import { STRATEGIES } from "./strategy.ts";
import type { SupervisorSpec } from "./supervisor-address.ts";

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

  /** The stem of the name of an unnamed one, which ends in a number. */
  get stem(): string {
    return "children" in this.behavior ? "supervisor" : this.behavior.name;
  }
}

/** Checks the specification of a supervisor and its children, and fills in what was left out. */
export function checkedSupervisor(spec: Partial<SupervisorSpec>): SupervisorSpec {
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
    return supervisorSpec(checkedSupervisor(spec as SupervisorSpec), undefined, "permanent");
  }
  throw new InvalidDefinitionError(
    `The child "${id}" of a supervisor must be made by child(definition, options) or supervisor(spec)`,
  );
}
