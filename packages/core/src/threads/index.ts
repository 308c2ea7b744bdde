/** Channels whose ends are in different threads. Needs Node's worker threads. */
export { MessageNotCloneableError } from "./codec/errors.ts";
export { CannotBlockError, EndNotMovableError } from "./errors.ts";
export { ref, unref } from "./keep-alive.ts";
export { type EndsPort, fromPort, type MovableEnd, type MovableEnds, toPort } from "./portable.ts";
export { recvSync } from "./recv-sync.ts";
export { transfer } from "./transfer.ts";
