/** Channels whose ends are in different threads. Needs Node's worker threads. */
export { MessageNotCloneableError } from "./codec/errors.ts";
export { CannotBlockError, EndNotMovableError } from "./ends/errors.ts";
export type { TransferList } from "./link/transfer-list.ts";
export { type EndsPort, fromPort, type MovableEnd, type MovableEnds, toPort } from "./port.ts";
export { recvSync } from "./recv-sync.ts";
export { ref, unref } from "./ref.ts";
export { transfer } from "./transfer.ts";
