/**
 * The depth of a value, as structured clone recurses into it. V8 recurses on both sides, and a message that is too deep for the
 * stack of its receiver is gone, so a message is measured before it is sent: without recursion, whatever its depth.
 *
 * On Node 20 a main thread reads 1,600 levels and not 2,000, and so does a thread with a stack of 1 MB.
 */
import { types } from "node:util";
import type { Path, WalkOptions } from "../../internal/walk.ts";
import { CLONED, STOP, walk } from "../../internal/walk.ts";
import { MessageNotCloneableError } from "./errors.ts";

/** The number of objects in one another that a thread can read for sure. */
export const MOST_LEVELS = 1024;

const { isNativeError } = types;

type LevelVisitor = (value: object | symbol, path: Path) => ReturnType<Parameters<typeof walk>[1]>;

/**
 * Walks `root` as structured clone does. Returns whether it is more than `most` levels deep; then the walk has ended there.
 * The cause of an error is a part of it, but is not visited.
 */
export function isDeeper(
  root: unknown,
  most: number,
  visit: LevelVisitor = () => undefined,
  options: WalkOptions = CLONED,
): boolean {
  let isTooDeep = false;
  const causes: [cause: unknown, depth: number][] = [];
  const look =
    (base: number, goOn: LevelVisitor): LevelVisitor =>
    (value, path) => {
      const depth = base + path.depth;
      isTooDeep = depth >= most;
      if (isTooDeep) return STOP;
      const answer = goOn(value, path);
      if (answer === undefined && isNativeError(value)) causes.push([causeOf(value), depth + 1]);
      return answer;
    };
  walk(root, look(0, visit), options);
  const seen = new Set<unknown>();
  while (!isTooDeep && causes.length > 0) {
    const [cause, depth] = causes.pop() as [unknown, number];
    if (seen.has(cause)) continue;
    seen.add(cause);
    walk(
      cause,
      look(depth, () => undefined),
      { ...options, isTolerant: true },
    );
  }
  return isTooDeep;
}

/** Returns the error for a message that is more than `most` levels deep. */
export function tooDeep(
  most: number,
  path = "message",
  options?: ErrorOptions & { readonly way?: string; readonly remedy?: string },
): MessageNotCloneableError {
  const remedy = "Send a flat form of it, such as a list of its parts, or text";
  return new MessageNotCloneableError(path, `more than ${most} levels deep`, { remedy, ...options });
}

function causeOf(error: object): unknown {
  return Object.getOwnPropertyDescriptor(error, "cause")?.value;
}
