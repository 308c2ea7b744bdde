/**
 * What one client is shown. Its mailbox is the only place where lines wait for a client, and it is bounded: when it is full the
 * client does not read, or far too slowly, and whoever finds it full sees to it that it is cut off.
 */
import { implement } from "@pneumatic/actors";
import type { Connection } from "./connection.ts";
import { render } from "./events.ts";
import type { Outbox } from "./protocols.ts";

export const outbox = implement<Outbox>()({
  name: "outbox",
  state: (connection: Connection) => connection,
  on: {
    show: ({ state: connection }, { event }) => connection.write(render(event)),
  },
  // Everything was written by now: an actor whose last address is dropped handles what is queued first.
  stopped: ({ state: connection }) => connection.close(),
});
