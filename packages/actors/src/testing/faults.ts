/**
 * Things that go wrong on purpose. A fault has occasions (a message is begun, a message is sent, a step is about to be
 * taken); on which of them it strikes is said by the plan, or decided by the seed within a budget.
 */
import { InvalidDefinitionError } from "../errors.ts";
import type { Choices } from "./choices.ts";

const DEFAULT_MS = 1000;
const DEFAULT_BUDGET = 3;

/** Which messages, and when. Without `nth` and `chance`, every one. */
export interface Occasion {
  /** The path of the actor: all of them when left out. */
  readonly actor?: string | RegExp;
  /** The type of the message: every one when left out. */
  readonly message?: string;
  /** Whether this message, to the actor at `path`, is meant. */
  readonly when?: (message: { readonly type: string }, path: string) => boolean;
  /** Only the nth that fits, from 1. */
  readonly nth?: number;
  /** The probability with which the seed chooses each that fits, as long as the budget lasts. */
  readonly chance?: number;
}

/** A fault of a plan. */
export type Fault =
  /** The handler panics: before it has done anything, or when it has done everything (`at: "end"`). */
  | (Occasion & { readonly kind: "panic"; readonly at?: "start" | "end" })
  /** The thread of the actor dies, as `terminate()` would let it: simulated, so the actor need not be on one. */
  | (Occasion & { readonly kind: "crash"; readonly at?: "start" | "end" })
  /** The handler begins `ms` milliseconds later (1,000 when left out), and the actor takes nothing else meanwhile. */
  | (Occasion & { readonly kind: "slow"; readonly ms?: number })
  /** What is sent to the actor from this message on arrives up to `ms` milliseconds later (1,000 when left out), in order. */
  | (Occasion & { readonly kind: "delay"; readonly ms?: number })
  /** The mailbox has no room for this message. A `send` that would wait for room is spared. */
  | (Occasion & { readonly kind: "full" })
  /** The clock jumps by `ms` milliseconds (60,000 when left out), so that what was due meanwhile comes late. */
  | { readonly kind: "clockJump"; readonly ms?: number; readonly chance?: number; readonly nth?: number };

/** What goes wrong: each is described at {@link Fault}. */
export type FaultKind = Fault["kind"];

/** A fault, and how often it has had the occasion. */
interface Planned {
  readonly fault: Fault;
  occasions: number;
}

export class Faults {
  readonly #planned: Planned[];
  readonly #choices: Choices;
  #budget: number;

  constructor(faults: readonly Fault[], budget: number = DEFAULT_BUDGET, choices: Choices) {
    this.#planned = faults.map((fault) => ({ fault: checked(fault), occasions: 0 }));
    this.#budget = budget;
    this.#choices = choices;
  }

  /** Whether there are any of this kind. */
  has(kind: FaultKind): boolean {
    return this.#planned.some(({ fault }) => fault.kind === kind);
  }

  /** The first fault of these kinds that strikes `message` on its way to `path`. */
  strike<K extends FaultKind>(
    kinds: readonly K[],
    message: { readonly type: string } | undefined,
    path: string,
  ): Extract<Fault, { kind: K }> | undefined {
    for (const planned of this.#planned) {
      const { fault } = planned;
      if (!(kinds as readonly FaultKind[]).includes(fault.kind)) continue;
      if (message !== undefined && fault.kind !== "clockJump" && !fits(fault, message, path)) continue;
      if (this.#strikes(planned)) return fault as Extract<Fault, { kind: K }>;
    }
    return undefined;
  }

  #strikes(planned: Planned): boolean {
    const { nth, chance } = planned.fault;
    planned.occasions++;
    if (nth !== undefined) return planned.occasions === nth;
    if (chance === undefined) return true;
    if (this.#budget === 0 || !this.#choices.happens(chance)) return false;
    this.#budget--;
    return true;
  }
}

/** How long a fault lasts, in milliseconds. */
export function lengthOf(fault: { readonly kind: FaultKind; readonly ms?: number }): number {
  return fault.ms ?? (fault.kind === "clockJump" ? 60 * DEFAULT_MS : DEFAULT_MS);
}

function fits({ actor, message: type, when }: Occasion, message: { readonly type: string }, path: string): boolean {
  if (typeof actor === "string" ? actor !== path : actor !== undefined && path.search(actor) === -1) return false;
  return (type === undefined || type === message.type) && (when === undefined || when(message, path));
}

const KINDS = ["panic", "crash", "slow", "delay", "full", "clockJump"];

function checked(fault: Fault): Fault {
  if (typeof fault !== "object" || fault === null || !KINDS.includes(fault.kind)) {
    const kind: unknown = (fault as { kind?: unknown } | null)?.kind;
    throw new InvalidDefinitionError(`A fault is of one of the kinds ${KINDS.join(", ")}, not ${String(kind)}`);
  }
  const { nth, chance, kind } = fault;
  const { ms } = fault as { readonly ms?: number };
  if (nth !== undefined && !(Number.isInteger(nth) && nth > 0)) refuse(kind, "nth", "a whole number from 1", nth);
  if (chance !== undefined && !(chance >= 0 && chance <= 1))
    refuse(kind, "chance", "a probability from 0 to 1", chance);
  if (ms !== undefined && !(ms > 0 && Number.isFinite(ms))) refuse(kind, "ms", "milliseconds above 0", ms);
  if (kind === "clockJump" && nth === undefined && chance === undefined) {
    throw new InvalidDefinitionError(
      'A fault of kind "clockJump" needs `nth` or `chance`: else time would jump at every step',
    );
  }
  return fault;
}

function refuse(kind: string, what: string, expected: string, given: unknown): never {
  throw new InvalidDefinitionError(`\`${what}\` of a fault of kind "${kind}" is ${expected}, not ${String(given)}`);
}
