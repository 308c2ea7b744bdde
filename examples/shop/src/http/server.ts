/**
 * The door of the shop: an HTTP server that lives as long as its actor. When the last address of it is dropped it takes no
 * more connections, answers the requests it has, and only then lets go of the modules behind it.
 *
 * Whatever comes in has a size and a time, and whatever goes wrong is answered with a `kind` and a sentence: what went wrong
 * inside is for the log.
 */
import type { Socket } from "node:net";
import { ActorStoppedError, AskTimeoutError, actor, MailboxFullError } from "@pneumatic/actors";
import type { FastifyBaseLogger, FastifyError, FastifyReply } from "fastify";
import { fastify } from "fastify";
import { HEAD_MS, IDLE_MS, MAX_BODY_BYTES, MAX_CONNECTIONS, MAX_HEAD_BYTES, REQUEST_MS } from "../limits.ts";
import type { Modules } from "./routes.ts";
import { routes } from "./routes.ts";

export interface ServerArgs extends Modules {
  /** 0 for any that is free. */
  readonly port: number;
  /** How long a request may take to arrive. */
  readonly requestMs?: number | undefined;
}

const CHECK_MS = 1000;

export const server = actor({
  name: "http",
  state: async (args: ServerArgs, { log }) => {
    const app = build(args, log);
    await app.listen({ port: args.port, host: "127.0.0.1" });
    return { app };
  },
  on: {
    url: ({ state }) => state.app.listeningOrigin,
  },
  stopped: ({ state }) => state.app.close(),
});

function build({ port: _, requestMs = REQUEST_MS, ...modules }: ServerArgs, loggerInstance: FastifyBaseLogger) {
  const strict = { removeAdditional: false, coerceTypes: false } as const; // what is wrong is refused, not mended
  const app = fastify({
    loggerInstance,
    ajv: { customOptions: strict },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: requestMs,
    keepAliveTimeout: IDLE_MS,
    http: {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: Math.min(requestMs, HEAD_MS),
      connectionsCheckingInterval: CHECK_MS,
    },
    clientErrorHandler: refuse,
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      reply.code(400).send({ kind: "invalid", message: "This address is malformed or too long" });
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.removeContentTypeParser("text/plain"); // which any web page may send
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ kind: "unknownPage", message: "There is no such page" }));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode = 500, message, code, validation } = error;
    const isOfRequest = statusCode < 500 && (validation !== undefined || String(code).startsWith("FST_"));
    if (isOfRequest) return reply.code(statusCode).send({ kind: "invalid", message });
    request.log.error({ err: error }, "request failed");
    if (isOverload(error)) return reply.code(503).header("retry-after", 1).send({ kind: "busy", message: "Try again" });
    return reply.code(500).send({ kind: "failed", message: "Something went wrong" });
  });
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onSend", async (_, reply) => {
    if (isClosing) reply.header("connection", "close"); // or the customer keeps it open, and the server with it
  });
  app.register(routes, modules);
  return app;
}

/** Answers what is no HTTP, or comes too slowly to be a request. */
function refuse({ code }: { code?: string }, socket: Socket): void {
  const [status, message] = REFUSALS[code ?? ""] ?? ["400 Bad Request", "This is not HTTP"];
  const body = JSON.stringify({ kind: "invalid", message });
  const head = [`HTTP/1.1 ${status}`, "content-type: application/json", `content-length: ${body.length}`];
  if (socket.writable) socket.write(`${head.join("\r\n")}\r\nconnection: close\r\n\r\n${body}`);
  socket.destroySoon();
}

const REFUSALS: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request took too long"],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The head of the request is too large"],
};

/** Whether the same request may go well a little later. */
function isOverload(error: Error): boolean {
  return error instanceof MailboxFullError || error instanceof AskTimeoutError || error instanceof ActorStoppedError;
}
