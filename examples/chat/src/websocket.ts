/** Chat over WebSocket, a message of text for each event: `new WebSocket("ws://localhost:7001")` in a browser is a client. */
import { createServer } from "node:http";
import { createWebSocketStream, WebSocketServer } from "ws";
import { connectionOver } from "./connection.ts";
import { linesOf, MAX_LINE } from "./lines.ts";
import type { Transport } from "./transport.ts";
import { listenAt } from "./transport.ts";

const MAX_BYTES = 4 * MAX_LINE;

export const webSocket: Transport = {
  name: "ws",
  async listen(place, welcome) {
    const upgrades = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES });
    const server = createServer({ keepAlive: true, noDelay: true }, (_, response) => {
      response.writeHead(426, { "content-type": "text/plain" }).end("This is a chat for WebSockets.\n");
    });
    server.on("upgrade", (request, socket, head) => {
      upgrades.handleUpgrade(request, socket, head, (client) => {
        const stream = createWebSocketStream(client, { readableObjectMode: true, decodeStrings: false });
        welcome(connectionOver(stream, { decode: (message) => linesOf(String(message)), encode: (line) => line }));
      });
    });
    const port = await listenAt(server, place);
    const close = (): void => {
      server.close();
      server.closeAllConnections(); // those that have not become WebSockets
    };
    return { port, close };
  },
};
