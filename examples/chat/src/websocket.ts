/** Chat over WebSocket, a message of text for each event: `new WebSocket("ws://localhost:7001")` in a browser is a client. */
import { createServer } from "node:http";
import { createWebSocketStream, WebSocketServer } from "ws";
import { connectionOver } from "./connection.ts";
import { HANDSHAKE_MS, KEEP_ALIVE_MS, MAX_LINE } from "./limits.ts";
import { linesOf } from "./lines.ts";
import type { Transport } from "./transport.ts";
import { Door, listenAt, turnAway } from "./transport.ts";

/** Of a message. `ws` ends a client that sends more, that sends it in too many parts, or that does not read its pongs. */
const MAX_BYTES = 4 * MAX_LINE;

export const webSocket: Transport = {
  name: "ws",
  async listen(place, welcome) {
    const door = new Door(place);
    const upgrades = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES });
    const alive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const patience = { headersTimeout: HANDSHAKE_MS, requestTimeout: HANDSHAKE_MS, connectionsCheckingInterval: 1000 };
    const server = createServer({ noDelay: true, ...alive, ...patience }, (_, response) => {
      const headers = { "content-type": "text/plain", connection: "close" };
      response.writeHead(426, headers).end("This is a chat for WebSockets.\n");
    });
    server.on("connection", (socket) => {
      const refusal = door.refusal(socket);
      const head = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n";
      if (refusal !== undefined) turnAway(socket, `${head}${refusal}\n`);
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
