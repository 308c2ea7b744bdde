/** What a file of `results` holds: written after a run, read by the report. */
import type { Verdict } from "./comparison.ts";
import type { Outcome } from "./outcome.ts";
import type { Role } from "./suite.ts";

export interface KeptRun {
  /** In ISO 8601. */
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  /** By package; "not installed" is an answer. */
  readonly versions: Readonly<Record<string, string>>;
  readonly options: { readonly rounds: number; readonly limitMs: number; readonly nodeFlags: readonly string[] };
  readonly suites: readonly KeptSuite[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
}

export interface KeptSuite {
  readonly name: string;
  readonly workloads: readonly KeptWorkload[];
}

export interface KeptWorkload {
  readonly name: string;
  readonly title: string;
  /** The first one that is ours is the one that is compared. */
  readonly contenders: readonly KeptContender[];
  readonly targets: readonly Verdict[];
}

export interface KeptContender {
  readonly name: string;
  readonly role: Role;
  /** The median of the rounds; absent, like the ratio, unless every round has a figure. */
  readonly operationsPerSecond?: number;
  /** Ours to this one: the median of the ratios of the rounds. */
  readonly ratio?: number | undefined;
  readonly rounds: readonly Outcome[];
}
