/**
 * Payments: the circuit in front of a gateway. Its supervision does the work: a charge that fails is tried again by the next
 * incarnation (`retry`), after a wait that doubles (`backoff`), and when that has happened too often in a while (`intensity`)
 * the gateway ends for good. Then the circuit is open: for some seconds every charge is refused at once, and the provider is
 * left alone. After them there is a new gateway, with all its chances.
 *
 *     CLOSED ── the gateway has ended ──► OPEN ── coolDownMs ──► CLOSED
 */
import type { Address, StartContext } from "@pneumatic/actors";
import { ActorPanickedError, ActorStoppedError, implement, retry } from "@pneumatic/actors";
import { err } from "@pneumatic/core";
import type { Payments, Unavailable } from "../protocols.ts";
import type { Gateway, GatewayArgs } from "./gateway.ts";
import { gateway } from "./gateway.ts";

export interface PaymentsArgs extends GatewayArgs {
  /** How long the provider is left alone. */
  readonly coolDownMs: number;
}

/** What payments tell themselves, beside what they can be asked. */
interface Circuit extends Payments {
  open(payload: { readonly why: string }): void;
  close(): void;
}

interface State {
  readonly args: PaymentsArgs;
  /** Undefined while the circuit is open. */
  gateway: Address<Gateway> | undefined;
}

const supervision = {
  poison: retry(2),
  backoff: { initialMs: 50, maxMs: 500 },
  intensity: { restarts: 5, withinMs: 10_000 },
};

export const payments = implement<Circuit>()({
  name: "payments",
  state: (args: PaymentsArgs, context): State => ({ args, gateway: connect(args, context) }),
  on: {
    charge: async ({ state }, { order, card, totalCents }) => {
      const unavailable: Unavailable = { kind: "unavailable", retryAfterMs: state.args.coolDownMs };
      if (state.gateway === undefined) return err(unavailable);
      try {
        const unlimited = { timeout: Number.POSITIVE_INFINITY }; // the gateway has limits of its own
        return await state.gateway.ask({ type: "charge", order, card, totalCents }, unlimited);
      } catch (error) {
        if (error instanceof ActorPanickedError || error instanceof ActorStoppedError) return err(unavailable);
        throw error;
      }
    },
    open: ({ state, log, timers }, { why }) => {
      log.warn({ why }, "circuit open");
      state.gateway?.drop();
      state.gateway = undefined;
      timers.after("close", state.args.coolDownMs, { type: "close" });
    },
    close: (context) => {
      context.log.info("circuit closed");
      context.state.gateway = connect(context.state.args, context);
    },
  },
  stopped: ({ state }) => state.gateway?.drop(),
});

function connect({ provider, timeoutMs }: PaymentsArgs, { spawn, watch }: StartContext<Circuit>): Address<Gateway> {
  const address = spawn(gateway, { name: "gateway", args: { provider, timeoutMs }, ...supervision });
  watch(address, ({ kind }) => ({ type: "open", why: kind }));
  return address;
}
