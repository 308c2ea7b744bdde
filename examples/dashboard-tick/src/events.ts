/** What can happen to the dashboard, whoever says so. One channel carries it all, in the order in which it happened. */
export type DashboardEvent =
  | { readonly type: "file"; readonly change: FileChange; readonly path: string }
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "load"; readonly load: Load }
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "failed"; readonly source: string; readonly error: string };

export type FileChange = "added" | "changed" | "removed";

/** How busy the machine is. */
export interface Load {
  /** Processes that run or want to, on average. */
  readonly processes: number;
  /** The part of the memory that is in use, from 0 to 1. */
  readonly memory: number;
}
