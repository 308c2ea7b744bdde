/**
 * What a benchmark is made of: a suite has workloads, a workload has contenders, and each contender does the same work.
 * The parent reads names, targets and anchors; `run` is called in the contender's own process alone, so that a library is
 * loaded, and its code compiled, only where it is measured.
 */

/** Peers compete for "best peer". A reference is not a queue (a synchronous call, another thread): shown, never the best. */
export type Role = "ours" | "peer" | "reference" | "anchor";

export interface Contender {
  readonly name: string;
  readonly role: Role;
  /** For an anchor: how to run it. Undefined: `run` of the workload does, in a process of Node. */
  readonly anchor?: Anchor;
}

/** A program in another language. It prints `operations nanoseconds`, having verified what it received. */
export interface Anchor {
  /** The command to run, built at its first use; undefined when its toolchain is missing. */
  command(): readonly string[] | undefined;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What to say when the toolchain is missing. */
  readonly missing: string;
}

/** Ours against others: a ratio of figures. */
export interface RatioTarget {
  readonly kind: "ratio";
  /** A contender, `BEST_PEER`, or the best of several. */
  readonly against: string | BestOf;
  readonly atLeast: number;
}

export interface BestOf {
  readonly title: string;
  readonly contenders: readonly string[];
}

/** A bound on one of the other measures, `Measured.extra`. */
export interface BoundTarget {
  readonly kind: "bound";
  readonly measure: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export type Target = RatioTarget | BoundTarget;

export const BEST_PEER = "best peer";

/** What one run did. A run throws {@link WrongResultError} rather than report work that was not done right. */
export interface Measured {
  readonly operations: number;
  /** Replaces the time that the call took, where only a part of it counts. */
  readonly milliseconds?: number;
  readonly extra?: Readonly<Record<string, number>>;
}

export interface Trial {
  /** How much a full run does, in a unit that only `run` knows. */
  readonly size: number;
  /** `fixed` keeps the size for a slow contender, since the size is the point; `once` runs a single time, without warm-up. */
  readonly repeat: "scaled" | "fixed" | "once";
  run(size: number): Measured | Promise<Measured>;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** The first one that is ours is held to the targets. */
  readonly contenders: readonly Contender[];
  readonly targets: readonly Target[];
  /** Flags that the processes of Node need for it. */
  readonly nodeFlags?: readonly string[];
  /** Rejects with {@link NotAvailableError} when this contender cannot run here. */
  prepare(contender: string): Promise<Trial>;
}

export interface Suite {
  readonly name: string;
  readonly workloads: readonly Workload[];
  /** The packages whose versions belong to the figures. */
  readonly packages: readonly string[];
}

/** A contender that lost, duplicated, reordered or invented something. */
export class WrongResultError extends Error {
  override readonly name = "WrongResultError";
}

/** A contender that is not installed, or cannot do this. */
export class NotAvailableError extends Error {
  override readonly name = "NotAvailableError";
}
