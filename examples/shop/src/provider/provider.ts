/**
 * A payment provider that misbehaves at will, over HTTP. As real ones do, it moves money once for each idempotency key and
 * replies the same to the same key again; and what it does to the money and what it replies are two things: `hang` and `cut` charge
 * the card and keep quiet about it.
 */
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { fastify } from "fastify";
import type { Static } from "typebox";
import { Type } from "typebox";

/** `fail`: a 500, and no money moved. `hang`: money moved, and no answer ever. `cut`: money moved, and no connection any more. */
export type Behaviour = "ok" | "fail" | "hang" | "cut";

const Payment = Type.Object({ card: Type.String(), totalCents: Type.Integer() });

export interface Moved extends Static<typeof Payment> {
  readonly key: string;
}

export class Provider implements AsyncDisposable {
  behaviour: Behaviour = "ok";
  /** How many requests there were. */
  requests = 0;
  /** Money that has moved, in this order. */
  readonly moved: Moved[] = [];
  readonly #keys = new Set<string>();
  readonly #app = fastify({ forceCloseConnections: true });
  readonly #latencyMs: number;

  constructor(options: { readonly latencyMs: number }) {
    this.#latencyMs = options.latencyMs;
    this.#app.register(this.#routes);
  }

  /** Begins to serve; resolves to its origin. */
  listen(port = 0): Promise<string> {
    return this.#app.listen({ port, host: "127.0.0.1" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
  }

  readonly #routes: FastifyPluginCallbackTypebox = (app, _, done) => {
    const headers = Type.Object({ "idempotency-key": Type.String() });
    app.post("/charges", { schema: { headers, body: Payment } }, async ({ headers, body, raw }, reply) => {
      this.requests++;
      const { behaviour } = this;
      const key = headers["idempotency-key"];
      await new Promise((resolve) => setTimeout(resolve, this.#latencyMs));
      if (behaviour === "fail") return reply.code(500).send({ message: "out of order" });
      if (body.card === "card_declined") return reply.code(402).send({ message: "declined" });
      if (!this.#keys.has(key)) this.moved.push({ key, ...body });
      this.#keys.add(key);
      if (behaviour === "hang") return reply.hijack();
      if (behaviour === "cut") raw.socket.destroy();
      return reply.code(201).send({ receipt: `receipt-${key}` });
    });
    done();
  };
}
