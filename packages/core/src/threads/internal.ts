/** The entry for the threads of `@pneumatic/actors`. It is no part of the public interface, and changes without notice. */

export { isTracing } from "../internal/backstop.ts";
export { isDeeper, tooDeep } from "./codec/depth.ts";
export { type Connection, joinConnection, startConnection } from "./connection.ts";
export { addKeepAlive, callers, ignoreFramesOf, indented } from "./link/keep-alive-report.ts";
export { isMarked, markOf, unmark } from "./link/marks.ts";
export { checkMovable, isEnd } from "./transfer-ends.ts";
