/**
 * Things that go wrong on purpose. A fault has occasions: a message is started or sent, or a step is about to be taken.
 * The plan names the occasions on which it strikes, or the seed decides within a budget.
 */

import { checkedPlan } from "./check-faults.ts";
import type { Choices } from "./choices.ts";
import type { Fault, FaultKind, Occasion } from "./fault.ts";

const DEFAULT_MS = 1000;
const DEFAULT_JUMP_MS = 60_000;
const DEFAULT_BUDGET = 3;

/** A fault, and the number of its occasions so far. */
interface Planned {
  readonly fault: Fault;
  /** Its position in the plan. */
  readonly position: number;
  occasions: number;
  /** The number of occasions by path. */
  readonly occasionsAt: Map<string, number>;
}

export class Faults {
  readonly #planned: Planned[];
  readonly #choices: Choices;
  /** The paths of probes: only a fault that names one strikes it. */
  readonly #spared = new Set<string>();
  #budget: number;

  constructor(faults: readonly Fault[], budget: number = DEFAULT_BUDGET, choices: Choices) {
    this.#planned = checkedPlan(faults, choices.areMade).map((fault, position) => ({
      fault,
      position,
      occasions: 0,
      occasionsAt: new Map(),
    }));
    this.#budget = budget;
    this.#choices = choices;
  }

  /** Returns true if there are any of this kind. */
  has(kind: FaultKind): boolean {
    return this.#planned.some(({ fault }) => fault.kind === kind);
  }

  /** Notes that the actor at `path` is a probe. */
  spare(path: string): void {
    this.#spared.add(path);
  }

  /** Returns the first fault of these kinds that strikes `message` on its way to `path`. */
  strike<K extends FaultKind>(
    kinds: readonly K[],
    message: { readonly type: string } | undefined,
    path: string,
  ): Extract<Fault, { kind: K }> | undefined {
    let striking: Fault | undefined;
    for (const planned of this.#planned) {
      const { fault } = planned;
      if (!(kinds as readonly FaultKind[]).includes(fault.kind)) continue;
      if (message !== undefined && !this.#fits(fault as Occasion, message, path)) continue;
      planned.occasions++;
      planned.occasionsAt.set(path, (planned.occasionsAt.get(path) ?? 0) + 1);
      if (striking === undefined && this.#strikes(planned, path)) striking = fault;
    }
    return striking as Extract<Fault, { kind: K }> | undefined;
  }

  #strikes({ fault: { nth, chance }, position, occasions, occasionsAt }: Planned, path: string): boolean {
    if (nth !== undefined && occasions !== nth) return false;
    if (chance === undefined) return true;
    const name = `${position} at ${path} ${occasionsAt.get(path)}`;
    if (this.#budget === 0 || !this.#choices.happens(name, chance)) return false;
    this.#budget--;
    return true;
  }

  #fits({ actor, message: type, when }: Occasion, message: { readonly type: string }, path: string): boolean {
    if (typeof actor === "string" ? actor !== path : this.#spared.has(path)) return false;
    if (actor instanceof RegExp && path.search(actor) === -1) return false;
    return (type === undefined || type === message.type) && (when === undefined || when(message, path));
  }
}

/** Returns the length of a fault in milliseconds. */
export function lengthOf({ kind, ms }: { readonly kind: FaultKind; readonly ms?: number }): number {
  return ms ?? (kind === "clockJump" ? DEFAULT_JUMP_MS : DEFAULT_MS);
}
