/**
 * A way for messages between two threads, as each of them sees it. The threads are those of `workers/peer.ts`; what they do with
 * a wire is in `exchange.ts`.
 */
import type { MessagePort } from "node:worker_threads";

export interface Wire {
  /** Gives a promise to wait for where the other thread can be too far behind. */
  send(message: unknown, transferList?: readonly ArrayBuffer[]): Promise<void> | undefined;
  /** Lets go what is held back for a batch. */
  flush(): void;
  listen(receive: (message: unknown) => void): void;
}

export interface Opened {
  /** Sends to the first thread, and receives from all. */
  readonly wire: Wire;
  /** One for each of the other threads, which joins by it. */
  readonly ports: readonly MessagePort[];
}

export interface Medium {
  open(threads: number): Opened;
  join(port: MessagePort): Wire;
}
