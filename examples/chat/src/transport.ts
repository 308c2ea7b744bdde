/** What a transport is: a server that makes a connection of every client. */
import { once } from "node:events";
import type { Server } from "node:net";
import type { Connection } from "./connection.ts";

export interface Place {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** More clients than these are turned away. */
  readonly maxConnections: number;
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

/** Has a server listen. */
export async function listenAt(server: Server, place: Place): Promise<number> {
  server.maxConnections = place.maxConnections;
  server.listen(place.port, place.host);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : place.port;
}
