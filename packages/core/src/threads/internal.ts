/** What the threads of `@pneumatic/actors` build on. Not part of the public interface: it changes without notice. */

export { joinLine, type Line, startLine } from "./connection.ts";
export { addHolder, callers, ignoreFramesOf, indented, isTracing } from "./link/keep-alive-report.ts";
export { isMarked, markOf, unmark } from "./link/marks.ts";
export { checkMovable, isEnd } from "./transfer-ends.ts";
