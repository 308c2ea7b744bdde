/**
 * The libraries by name. Each is loaded in the process that measures it, and nowhere else. "pneumatic (no budget)" is ours with
 * the cooperative budget left out.
 */
import { NotAvailableError } from "../runner/suite.ts";
import type { Peer } from "./plan.ts";

const LIBRARIES = {
  pneumatic: async () => (await import("./peers/pneumatic.ts")).pneumatic(undefined),
  "pneumatic (no budget)": async () => (await import("./peers/pneumatic.ts")).pneumatic({ cooperative: false }),
  "deno std": async () => (await import("./peers/deno-std.ts")).load(),
  "thi.ng/csp": async () => (await import("./peers/thi-ng-csp.ts")).peer,
  jsext: async () => (await import("./peers/jsext.ts")).peer,
  "async-channel": async () => (await import("./peers/async-channel.ts")).peer,
  nodeguy: async () => (await import("./peers/nodeguy-channel.ts")).peer,
  "js-csp": async () => (await import("./peers/js-csp.ts")).peer,
  "effect take": async () => (await import("./peers/effect.ts")).take,
  "effect takeAll": async () => (await import("./peers/effect.ts")).takeAll,
  fastq: async () => (await import("./peers/fastq.ts")).peer,
  "p-queue": async () => (await import("./peers/p-queue.ts")).peer,
  "node events": async () => (await import("./peers/node-events.ts")).peer,
  "node PassThrough": async () => (await import("./peers/node-pass-through.ts")).peer,
  "node TransformStream": async () => (await import("./peers/node-transform-stream.ts")).peer,
  "node MessageChannel": async () => (await import("./peers/node-message-channel.ts")).peer,
  promise: async () => (await import("./peers/promise.ts")).peer,
} satisfies Record<string, () => Promise<Peer>>;

export type Library = keyof typeof LIBRARIES;

export async function load(library: Library): Promise<Peer> {
  try {
    return await LIBRARIES[library]();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND") {
      throw new NotAvailableError("not installed", { cause });
    }
    throw cause;
  }
}

/** The packages behind the names. */
export const PACKAGES: readonly string[] = [
  "@pneumatic/core",
  "@ayonli/jsext",
  "@nodeguy/channel",
  "@std/async",
  "@thi.ng/csp",
  "async-channel",
  "effect",
  "fastq",
  "js-csp",
  "p-queue",
];
