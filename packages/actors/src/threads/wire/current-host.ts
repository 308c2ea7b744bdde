/**
 * The host of a thread, for the code that runs on it: a property of the global object, so that it is the same one for
 * every copy of this package, and so that the parent finds it too, through the inspector (hang-stack.ts).
 */

/** The host of this thread. */
export interface CurrentHost {
  readonly words: Int32Array;
  /** Writes into the words whose work this thread is at. */
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

/** The text of `currentHost()?.blame()`, for a caller that can only evaluate text on that thread. */
export const BLAME: string = `globalThis[Symbol.for(${JSON.stringify(KEY)})]?.blame()`;
