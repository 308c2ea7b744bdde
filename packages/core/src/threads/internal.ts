/** What the threads of `@pneumatic/actors` build on. Not part of the public interface: it changes without notice. */

export { checkMovable, isEnd } from "./ends/transfer-ends.ts";
export { addHolder, callers, ignoreFramesOf, indented, isTracing } from "./keep-alive-report.ts";
export { joinLine, type Line, startLine } from "./link/connection.ts";
export { isMarked, markOf, unmark } from "./transfer.ts";
