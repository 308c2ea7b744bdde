/** How the actors of the pipeline talk. A job carries the address that its result goes to: the worker need not know it before. */
import type { Address } from "@pneumatic/actors";

/** What a file is made of. */
export interface Digest {
  readonly bytes: number;
  readonly compressedBytes: number;
  /** How many values the document has, on all levels; 0 for what is no JSON. */
  readonly values: number;
  readonly hash: string;
}

/** Works on files, on a thread of its own. */
export interface Digester {
  digest(payload: { readonly path: string; readonly collector: Address<Collector> }): void;
}

/** Collects what comes of the jobs of one round, and lives as long as one of them does. */
export interface Collector {
  digested(payload: { readonly path: string; readonly digest: Digest }): void;
}
