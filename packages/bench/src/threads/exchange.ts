/** What a thread does with its end of a wire, and how the main thread tells a worker to do it. */
import type { MessagePort } from "node:worker_threads";
import { Worker } from "node:worker_threads";
import { turn } from "../runner/clock.ts";
import { WrongResultError } from "../runner/suite.ts";
import type { MediumName } from "./catalogue.ts";
import type { KindName, MessageKind } from "./messages.ts";
import type { Wire } from "./wires/wire.ts";

/** How a worker of `workers/peer.ts` is started. */
export interface PeerData {
  readonly medium: MediumName;
  readonly kind: KindName;
  readonly sender: number;
  readonly port: MessagePort;
}

export type Command =
  | { readonly op: "send"; readonly total: number; readonly burst: number }
  | { readonly op: "expect"; readonly total: number }
  /** Sends back everything from now on. */
  | { readonly op: "echo" }
  /** Does nothing at all until the word is not 0 any more. */
  | { readonly op: "block"; readonly word: Int32Array };

/** Sends `total` messages, `burst` in each turn of the event loop. */
export async function sendAll(
  wire: Wire,
  kind: MessageKind,
  sender: number,
  total: number,
  burst: number,
): Promise<void> {
  for (let n = 0; n < total; ) {
    for (const end = Math.min(total, n + burst); n < end; n++) {
      const message = kind.make(n, sender);
      const waiting = wire.send(message, kind.transferList?.(message as never));
      if (waiting !== undefined) await waiting;
    }
    wire.flush();
    if (n < total) await turn();
  }
}

/** Checks what comes, in order. */
export class Expecting {
  readonly #kind: MessageKind;
  #next = 0;
  #total = 0;
  #wrong: string | undefined = undefined;
  #resolve: () => void = () => {};

  constructor(kind: MessageKind) {
    this.#kind = kind;
  }

  readonly receive = (message: unknown): void => {
    if (!this.#kind.check(message as never, this.#next)) this.#wrong ??= `message ${this.#next} is not as it was sent`;
    if (++this.#next === this.#total) this.#resolve();
  };

  /** Resolves when `total` messages have come since the last time; rejects when any was wrong. */
  async expect(total: number): Promise<void> {
    this.#total = total;
    if (this.#next < total) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#next = this.#total = 0;
    if (this.#wrong !== undefined) throw new WrongResultError(this.#wrong);
  }
}

/** A worker, as the main thread sees it. */
export class Peer {
  readonly #worker: Worker;

  constructor(data: PeerData) {
    this.#worker = new Worker(new URL("workers/peer.js", import.meta.url), {
      workerData: data,
      transferList: [data.port],
    });
  }

  /** Resolves when the worker has done it; what it got wrong rejects. */
  async does(command: Command): Promise<void> {
    const done = new Promise<string | undefined>((resolve, reject) => {
      this.#worker.once("message", resolve);
      this.#worker.once("error", reject);
    });
    this.#worker.postMessage(command);
    const wrong = await done;
    this.#worker.removeAllListeners("error");
    if (wrong !== undefined) throw new WrongResultError(wrong);
  }
}
