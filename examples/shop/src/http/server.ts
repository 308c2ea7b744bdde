/**
 * The door of the shop: an HTTP server that lives as long as its actor. When the last address of it is dropped it takes no
 * more connections, answers the requests it has, and only then lets go of the modules behind it.
 */
import { ActorStoppedError, AskTimeoutError, actor, MailboxFullError } from "@pneumatic/actors";
import type { FastifyBaseLogger, FastifyError } from "fastify";
import { fastify } from "fastify";
import type { Modules } from "./routes.ts";
import { routes } from "./routes.ts";

export interface ServerArgs extends Modules {
  /** 0 for any that is free. */
  readonly port: number;
}

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

function build(modules: Modules, loggerInstance: FastifyBaseLogger) {
  const strict = { removeAdditional: false, coerceTypes: false } as const; // what is wrong is refused, not mended
  const app = fastify({ loggerInstance, ajv: { customOptions: strict } });
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ kind: "unknownPage", message: "There is no such page" }));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode = 500, message } = error;
    if (statusCode < 500) return reply.code(statusCode).send({ kind: "invalid", message });
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

/** Whether the same request may go well a little later. */
function isOverload(error: Error): boolean {
  return error instanceof MailboxFullError || error instanceof AskTimeoutError || error instanceof ActorStoppedError;
}
