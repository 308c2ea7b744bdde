/** The service: HTTP in front of two actors. They live by the addresses that it has, which it drops when it has closed. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { ActorSystem } from "@pneumatic/actors";
import { AskTimeoutError, bounded, MailboxFullError, onThread } from "@pneumatic/actors";
import type { factors } from "./factors.ts";
import { quota } from "./quota.ts";

export interface ServiceOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly requestsPerMinute: number;
}

/** A service that is open. Disposed of, it answers the requests that it has, and lets go of everything. */
export interface Service extends Disposable {
  readonly url: string;
}

type Answer = readonly [status: number, body: unknown];

export async function startService(system: ActorSystem, options: ServiceOptions): Promise<Service> {
  const requests = system.spawn(quota, { name: "quota", args: options.requestsPerMinute });
  const factorizer = system.spawn(onThread<typeof factors>(new URL("./factors.js", import.meta.url), "factors"), {
    name: "factors",
    mailbox: bounded(100, { overflow: "reject" }), // more are told to come back later
  });

  async function answer(path: string): Promise<Answer> {
    const n = Number(path.slice(1));
    if (!Number.isSafeInteger(n) || n < 2) return [400, `A whole number from 2 is wanted, not "${path.slice(1)}"`];
    if (!(await requests.ask({ type: "take" }))) return [429, "That is enough for this minute"];
    return [200, await factorizer.ask({ type: "of", n })];
  }

  const server = createServer((request, response) => {
    answer(request.url ?? "/")
      .catch(
        (error: unknown): Answer => (isBusy(error) ? [503, "Too busy: come back later"] : [500, "This went wrong"]),
      )
      .then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
      });
  });
  server.on("close", () => {
    requests.drop();
    factorizer.drop();
  });
  server.listen(options.port);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { url: `http://localhost:${port}`, [Symbol.dispose]: () => void server.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof MailboxFullError || error instanceof AskTimeoutError;
}
