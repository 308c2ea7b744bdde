/** The libraries by name. Each is loaded in the process that measures it, and nowhere else. */
import type { Peer } from "./plan.ts";

const LIBRARIES = {
  pneumatic: async () => (await import("./peers/pneumatic.ts")).peer,
  nact: async () => (await import("./peers/nact.ts")).peer,
  "effect takeAll": async () => (await import("./peers/effect.ts")).peer,
  comedy: async () => (await import("./peers/comedy.ts")).peer,
  tarant: async () => (await import("./peers/tarant.ts")).peer,
  xstate: async () => (await import("./peers/xstate.ts")).peer,
  "async method": async () => (await import("./peers/async-method.ts")).peer,
} satisfies Record<string, () => Promise<Peer>>;

export type Library = keyof typeof LIBRARIES;

export function isLibrary(name: string): name is Library {
  return Object.hasOwn(LIBRARIES, name);
}

export function load(library: Library): Promise<Peer> {
  return LIBRARIES[library]();
}

/** The packages behind the names. */
export const PACKAGES: readonly string[] = [
  "@pneumatic/actors",
  "@pneumatic/core",
  "comedy",
  "effect",
  "nact",
  "tarant",
  "xstate",
];
