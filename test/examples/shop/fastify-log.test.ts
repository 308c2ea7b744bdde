/** A system writes to the logger of a fastify server, whose type shows less than pino's does. */
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { ActorSystem, actor } from "@pneumatic/actors";
import { fastify } from "fastify";
import { expect, it } from "vitest";

it("takes fastify.log as its logger, without a cast", async () => {
  const lines = new PassThrough({ encoding: "utf8" });
  const app = fastify({ logger: { level: "info", stream: lines } });
  await using system = new ActorSystem({ name: "shop", logger: app.log });
  using clerk = system.spawn(actor({ name: "clerk", on: { greet: ({ log }) => log.info("good morning") } }));
  clerk.tell({ type: "greet" });
  const [line] = await once(lines, "data");
  expect(JSON.parse(line)).toMatchObject({ system: "shop", actor: "/clerk-1", msg: "good morning" });
});
