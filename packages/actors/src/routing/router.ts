/**
 * Makes a router: a supervisor whose children are its routees, and whose inbox gives each message to one or all of them. The
 * options come from `options.ts`, the choice of a routee from `strategies.ts`, their number from `pool.ts`.
 */
import type { Sender } from "@pneumatic/core";
import { dropAddresses } from "../address/walk.ts";
import type { Cell } from "../cell/cell.ts";
import type { AccountedInbox } from "../mailbox/inbox.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { Registration } from "../registry/registration.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { ChildSpec, SupervisorSpec } from "../supervisor/supervisor-address.ts";
import { routerAddress } from "./handle.ts";
import { BroadcastInbox, RoutingInbox } from "./inbox.ts";
import { Pool, routeeName, routeeSpec } from "./pool.ts";
import type { RouterSpec } from "./router-spec.ts";
import { resizedLimits, routerSpec } from "./router-spec.ts";
import type { Picker } from "./strategies.ts";
import { ConsistentHash, LeastLoaded, Random, RoundRobin } from "./strategies.ts";

/** The part of its system that a router needs. */
export interface RouterFactory {
  readonly random: () => number;
  /** Makes a supervisor and its children, none of which has begun. */
  makeSupervisor(
    parent: Cell | undefined,
    spec: SupervisorSpec,
    as: {
      readonly stem: string;
      readonly name: string | undefined;
      readonly essential: boolean;
      readonly isRouter: boolean;
    },
  ): { readonly cell: Cell; readonly sender: Sender<unknown>; readonly state: Supervisor };
}

/** Starts a router and returns its first address. */
export function startRouter(
  factory: RouterFactory,
  parent: Cell | undefined,
  definition: unknown,
  options: unknown,
): object {
  const spec = routerSpec(definition, options);
  const { routee, name, essential, intensity, limits, strategy } = spec;
  const specs = Array.from({ length: limits.min }, () => routeeSpec(routee));
  const children = Object.fromEntries(specs.map((each, n) => [routeeName(n + 1), each as ChildSpec<unknown>]));
  let made: ReturnType<RouterFactory["makeSupervisor"]>;
  try {
    const naming = { stem: routee.stem, name, essential, isRouter: true };
    made = factory.makeSupervisor(parent, { strategy: "one_for_one", intensity, children }, naming);
  } catch (misuse) {
    for (const { args } of specs) if (args !== routee.args) dropAddresses(args);
    throw misuse;
  }
  const { cell, sender, state } = made;
  const pool = new Pool(cell, state, routee, limits);
  cell.inbox = inboxOf(spec, cell.mailbox, pool, factory);
  new Registration(cell, () => dropAddresses(routee.args)); // each routee has a clone of these
  cell.life.begin();
  const router = {
    resize: (size: unknown) => pool.resize(resizedLimits(size, strategy)),
    list: () => pool.list(),
  };
  return routerAddress(cell, sender, router);
}

function inboxOf(spec: RouterSpec, own: Mailbox, pool: Pool, { random }: RouterFactory): AccountedInbox {
  return spec.strategy === "broadcast"
    ? new BroadcastInbox(own, pool)
    : new RoutingInbox(own, pool, pickerOf(spec, own.path, random));
}

function pickerOf({ strategy, key }: RouterSpec, path: string, random: () => number): Picker {
  switch (strategy) {
    case "random":
      return new Random(random);
    case "least_loaded":
      return new LeastLoaded();
    case "consistent_hash":
      return new ConsistentHash(key as (message: unknown) => unknown, path);
    default:
      return new RoundRobin();
  }
}
