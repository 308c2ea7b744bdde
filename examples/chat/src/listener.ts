/**
 * Takes clients of one transport, for as long as its address is held. When that is dropped it takes no more, and stops reading
 * from those that are there; their sessions are then held by nobody, and end when they have done what was read.
 */
import type { ActorSystem, Address } from "@pneumatic/actors";
import { actor, bounded } from "@pneumatic/actors";
import type { Connection } from "./connection.ts";
import { MAX_UNHEARD } from "./limits.ts";
import { outbox } from "./outbox.ts";
import type { Lobby, Session } from "./protocols.ts";
import { session } from "./session.ts";
import type { Place, Transport } from "./transport.ts";

export interface Limits {
  /** How many lines may wait for a client that does not read them before it is cut off. */
  readonly unread: number;
  readonly paceMs: number;
  readonly whisperMs: number;
  readonly namelessMs: number;
}

export interface ListenerArgs {
  /** Where sessions and outboxes are spawned: they outlive the listener until all is said. */
  readonly system: ActorSystem;
  readonly transport: Transport;
  readonly place: Place;
  readonly lobby: Address<Lobby>;
  readonly limits: Limits;
}

export const listener = actor({
  name: "listener",
  state: async ({ transport, place, ...args }: ListenerArgs, { signal }) => {
    const open = new Set<Connection>();
    const server = await transport.listen(place, (connection) => {
      if (signal.aborted) return connection.destroy();
      open.add(connection);
      void listen(connection, begin(connection, args), signal).finally(() => open.delete(connection));
    });
    return { server, open };
  },
  on: {
    port: ({ state }) => state.server.port,
  },
  stopped: ({ state }) => {
    state.server.close();
    for (const { lines } of state.open) lines.close();
  },
});

/** The two actors of a client. What fails in one of them ends both, and the connection: it begins anew, not they. */
function begin(connection: Connection, args: Pick<ListenerArgs, "system" | "lobby" | "limits">): Address<Session> {
  const { system, lobby, limits } = args;
  const restart = "temporary";
  const mailbox = bounded(limits.unread, { overflow: "reject" });
  const shown = system.spawn(outbox, { args: connection, mailbox, restart });
  const sessionArgs = { connection, outbox: shown, lobby: lobby.clone(), ...limits };
  return system.spawn(session, { args: sessionArgs, mailbox: bounded(MAX_UNHEARD), restart });
}

/** Hands lines to the session, which is held by nobody else, until either of them ends. */
async function listen(connection: Connection, address: Address<Session>, signal: AbortSignal): Promise<void> {
  using session = address;
  for await (const line of connection.lines) {
    if (!(await session.send({ type: "line", line })).ok) return;
  }
  if (!signal.aborted) await session.send({ type: "hungUp" });
}
