/** What the threads of `@pneumatic/actors` build on. Not part of the public interface: it changes without notice. */

export { type Connection, joinConnection, startConnection } from "./connection.ts";
export { addKeepAlive, callers, ignoreFramesOf, indented, isTracing } from "./link/keep-alive-report.ts";
export { isMarked, markOf, unmark } from "./link/marks.ts";
export { checkMovable, isEnd } from "./transfer-ends.ts";
