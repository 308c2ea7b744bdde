/** Chat over plain TCP, a line of UTF-8 for each event: `nc localhost 7000` is a client. */
import { createServer } from "node:net";
import { connectionOver } from "./connection.ts";
import { LineSplitter } from "./lines.ts";
import type { Transport } from "./transport.ts";
import { listenAt } from "./transport.ts";

export const tcp: Transport = {
  name: "tcp",
  async listen(place, welcome) {
    // A client may end and still read, as `echo /who | nc` does; one that has vanished is noticed by keep-alive.
    const server = createServer({ allowHalfOpen: true, keepAlive: true, noDelay: true }, (socket) => {
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
