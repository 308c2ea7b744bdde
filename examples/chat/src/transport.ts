/** What a transport is: a server that makes a connection of every client. */
import { once } from "node:events";
import type { Server, Socket } from "node:net";
import type { Connection } from "./connection.ts";
import { MAX_TOLD } from "./limits.ts";

export interface Place {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** More clients than these are turned away. */
  readonly maxConnections: number;
  /** So are more than these from one host. */
  readonly maxOfAHost?: number;
}

export interface Transport {
  readonly name: string;
  /** Begins to listen, and gives every client to `welcome`. Rejects when it cannot, because the port is taken for one. */
  listen(place: Place, welcome: (connection: Connection) => void): Promise<Listening>;
}

export interface Listening {
  readonly port: number;
  /** Takes no new clients. */
  close(): void;
}

/** Counts who is inside. */
export class Door {
  readonly #place: Place;
  readonly #hosts = new Map<string, number>();
  #inside = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  /** Lets a client in until it is gone, or says why it is turned away. */
  refusal(socket: Socket): string | undefined {
    const { maxConnections, maxOfAHost = maxConnections } = this.#place;
    const host = socket.remoteAddress ?? "";
    const ofHost = this.#hosts.get(host) ?? 0;
    if (this.#inside >= maxConnections) return "The chat is full: come back later";
    if (ofHost >= maxOfAHost) return "Too many come from where you are: come back later";
    this.#count(host, 1);
    socket.once("close", () => this.#count(host, -1));
    return undefined;
  }

  #count(host: string, change: 1 | -1): void {
    this.#inside += change;
    const ofHost = (this.#hosts.get(host) ?? 0) + change;
    if (ofHost > 0) this.#hosts.set(host, ofHost);
    else this.#hosts.delete(host);
  }
}

/** Says a last word to a client that is not let in. */
export function turnAway(socket: Socket, word: string): void {
  socket.on("error", () => {}); // it is gone already
  socket.write(word);
  socket.destroySoon();
}

/** Has a server listen. */
export async function listenAt(server: Server, place: Place): Promise<number> {
  server.maxConnections = place.maxConnections + MAX_TOLD;
  server.listen(place.port, place.host);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : place.port;
}
