/**
 * What code on a thread finds of the host that it runs on: a place on the global object, so that it is the same one whichever
 * copy of this package the code has loaded, and so that the parent finds it too, through the inspector (hang-stack.ts).
 */

/** The host of this thread. */
export interface CurrentHost {
  readonly words: Int32Array;
  /** Says in the words whose work this thread is at. */
  readonly blame: () => void;
}

const KEY = "@pneumatic/actors/host";
const globals = globalThis as { [key: symbol]: CurrentHost | undefined };

/** This thread is a host from now on. */
export function setCurrentHost(host: CurrentHost): void {
  globals[Symbol.for(KEY)] = host;
}

/** Undefined on a thread that is no host. */
export function currentHost(): CurrentHost | undefined {
  return globals[Symbol.for(KEY)];
}

/** The same as `here()?.blame()`, for who can only evaluate text on that thread. */
export const BLAME: string = `globalThis[Symbol.for(${JSON.stringify(KEY)})]?.blame()`;
