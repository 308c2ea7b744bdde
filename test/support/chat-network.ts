/** A network without sockets for the chat: nothing in it waits but for the runtime, so that a seed decides on every order. */
import type { Receiver, Sender } from "@pneumatic/core";
import { channel } from "@pneumatic/core";
import type { Chat } from "../../examples/chat/src/chat.ts";
import { openChat } from "../../examples/chat/src/chat.ts";
import type { Connection } from "../../examples/chat/src/connection.ts";
import type { Limits } from "../../examples/chat/src/listener.ts";
import type { Transport } from "../../examples/chat/src/transport.ts";

type System = Parameters<typeof openChat>[0];

/** One end of a connection is the client, the other end is what the server sees of it. */
export class FakeClient implements Connection {
  readonly lines: Receiver<string>;
  /** What it was shown. */
  readonly shown: string[] = [];
  /** How many lines the network between them takes. */
  readonly window: number;
  end: "open" | "closed" | "destroyed" = "open";
  readonly #typed: Sender<string>;
  readonly #held: Sender<never>;
  readonly #gone: Receiver<never>;

  constructor(window: number) {
    this.window = window;
    [this.#typed, this.lines] = channel<string>();
    [this.#held, this.#gone] = channel<never>();
  }

  type(...lines: string[]): void {
    for (const line of lines) this.#typed.send(line);
  }

  hangUp(): void {
    this.#typed.drop();
  }

  said(): string[] {
    return this.shown.filter((line) => line.startsWith("<"));
  }

  write(line: string): boolean | Promise<boolean> {
    if (this.end !== "open") return false;
    if (this.shown.length >= this.window) return this.#gone.recv().then(() => false);
    this.shown.push(line);
    return true;
  }

  async close(): Promise<void> {
    this.lines.close();
    if (this.end === "open") this.end = "closed";
  }

  destroy(): void {
    this.end = "destroyed";
    this.#typed.drop();
    this.#held.drop();
  }
}

/** A chat that is open, and its network. */
export interface FakeChat {
  readonly chat: Chat;
  connect(window?: number): FakeClient;
}

/** Opens a chat on a network of its own. */
export async function fakeChat(system: System, limits: Partial<Limits> = {}): Promise<FakeChat> {
  let welcome: ((connection: Connection) => void) | undefined;
  const transport: Transport = {
    name: "fake",
    listen: async (_, given) => {
      welcome = given;
      return { port: 1, close: () => {} };
    },
  };
  const place = { host: "", port: 0, maxConnections: 1 };
  const chat = await openChat(system, { listeners: [{ transport, place }], limits });
  const connect = (window = Number.POSITIVE_INFINITY): FakeClient => {
    const client = new FakeClient(window);
    welcome?.(client);
    return client;
  };
  return { chat, connect };
}
