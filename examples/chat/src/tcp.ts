/** Chat over plain TCP, a line of UTF-8 for each event: `nc localhost 7000` is a client. */
import { createServer } from "node:net";
import { connectionOver } from "./connection.ts";
import { KEEP_ALIVE_MS } from "./limits.ts";
import { LineSplitter } from "./lines.ts";
import type { Transport } from "./transport.ts";
import { Door, listenAt, turnAway } from "./transport.ts";

export const tcp: Transport = {
  name: "tcp",
  async listen(place, welcome) {
    const door = new Door(place);
    // A client may end and still read, as `echo /who | nc` does; one that has vanished is noticed by keep-alive.
    const alive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const server = createServer({ allowHalfOpen: true, noDelay: true, ...alive }, (socket) => {
      const refusal = door.refusal(socket);
      if (refusal !== undefined) return turnAway(socket, `! ${refusal}\n`);
      const splitter = new LineSplitter();
      welcome(
        connectionOver(socket.setEncoding("utf8"), {
          decode: (chunk) => splitter.split(String(chunk)),
          encode: (line) => `${line}\n`,
        }),
      );
    });
    const port = await listenAt(server, place);
    return { port, close: () => server.close() };
  },
};
