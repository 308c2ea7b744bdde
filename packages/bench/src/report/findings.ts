/** What a reader should know before the figures: where others are ahead, which goals were missed, who has no figure. */
import type { Verdict } from "../runner/comparison.ts";
import type { KeptWorkload } from "../runner/kept.ts";
import type { Role } from "../runner/suite.ts";
import type { Group } from "./load.ts";
import type { Standing } from "./standing.ts";
import { measuresOf, standings } from "./standing.ts";

/** A workload, and those who are ahead of ours in it, the strongest first. */
export interface Behind {
  readonly workload: KeptWorkload;
  readonly ahead: readonly [Standing, ...Standing[]];
}

export function behind({ entries }: Group, role: Role): Behind[] {
  return entries.flatMap(({ workload }) =>
    measuresOf(workload).flatMap((measure) => {
      const [first, ...rest] = standings(workload, measure, role).filter(({ ratio }) => ratio < 1);
      return first === undefined ? [] : [{ workload, ahead: [first, ...rest] as const }];
    }),
  );
}

export interface Goals {
  readonly met: number;
  readonly missed: readonly { readonly workload: KeptWorkload; readonly goal: Verdict }[];
  /** Those whose opponent has no figure. */
  readonly open: readonly { readonly workload: KeptWorkload; readonly goal: Verdict }[];
}

export function goals({ entries }: Group): Goals {
  const all = entries.flatMap(({ workload }) => workload.targets.map((goal) => ({ workload, goal })));
  return {
    met: all.filter(({ goal }) => goal.met === true).length,
    missed: all.filter(({ goal }) => goal.met === false),
    open: all.filter(({ goal }) => goal.met === undefined),
  };
}

/** Somebody without a figure in a workload. */
export interface Missing {
  readonly workload: KeptWorkload;
  readonly name: string;
  readonly role: Role;
  readonly what: "wrong" | "failed" | "hung" | "absent";
  readonly reason: string;
}

export function missing({ entries }: Group): Missing[] {
  return entries.flatMap(({ workload }) =>
    workload.contenders.flatMap(({ name, role, rounds }) => {
      const failure = rounds.find(({ kind }) => kind !== "figure");
      if (failure === undefined || failure.kind === "figure") return [];
      return [{ workload, name, role, what: failure.kind, reason: failure.reason }];
    }),
  );
}
