/**
 * A gateway: one connection to the payment provider, with one request on it at a time. That a card is declined is a value.
 * When the provider does not answer, too late, or with nonsense, there is nothing sensible to do with this connection: that
 * is thrown, and whoever supervises decides whether and when the next incarnation, with a new connection, tries again.
 */
import { implement } from "@pneumatic/actors";
import type { Result } from "@pneumatic/core";
import { err, ok } from "@pneumatic/core";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { Client } from "undici";
import { MAX_ANSWER_BYTES, MAX_RECEIPT } from "../limits.ts";
import type { Charge, Declined, Receipt } from "../protocols.ts";

export interface Gateway {
  charge(payload: Charge): Result<Receipt, Declined>;
}

export interface GatewayArgs {
  /** The origin of the provider. */
  readonly provider: string;
  readonly timeoutMs: number;
}

const Answer = Compile(Type.Object({ receipt: Type.String({ maxLength: MAX_RECEIPT }) }));

export const gateway = implement<Gateway>()({
  name: "gateway",
  state: ({ provider, timeoutMs }: GatewayArgs) => ({
    connection: new Client(provider, { maxResponseSize: MAX_ANSWER_BYTES }),
    timeoutMs,
  }),
  on: {
    charge: async ({ state }, { order, card, totalCents }) => {
      const { statusCode, body } = await state.connection.request({
        method: "POST",
        path: "/charges",
        headers: { "content-type": "application/json", "idempotency-key": order },
        body: JSON.stringify({ card, totalCents }),
        signal: AbortSignal.timeout(state.timeoutMs),
      });
      if (statusCode === 201) return ok(Answer.Parse(await body.json()));
      await body.dump();
      if (statusCode === 402) return err({ kind: "declined" });
      throw new Error(`The payment provider answered ${statusCode}`);
    },
  },
  stopped: ({ state }) => state.connection.destroy(),
});
