/** What the threads of `@pneumatic/actors` build on. Not part of the public interface: it changes without notice. */
export { addHolder, callers, ignoreFramesOf, indented, isTracing } from "./holders.ts";
export { joinLine, type Line, startLine } from "./line.ts";
export { checkMovable, isEnd } from "./moving.ts";
export { isMarked, markOf, unmark } from "./transfer.ts";
