/**
 * The chat, put together. What keeps it alive is the addresses of its listeners, and nothing else: dropped, the listeners stop,
 * the sessions run dry, then the rooms, then the outboxes, each of which closes its connection; the lobby ends with the last
 * session, and with that the system is idle.
 */
import type { ActorSystem, ExitReason } from "@pneumatic/actors";
import { HISTORY, MAX_UNREAD, NAMELESS_MS, PACE_MS, WHISPER_MS } from "./limits.ts";
import type { Limits } from "./listener.ts";
import { listener } from "./listener.ts";
import { lobby } from "./lobby.ts";
import type { Place, Transport } from "./transport.ts";

export interface ChatOptions {
  readonly listeners: readonly { readonly transport: Transport; readonly place: Place }[];
  readonly limits?: Partial<Limits>;
  /** How many lines of a room are kept. */
  readonly history?: number;
}

/** A chat that is open. Disposed of, it says what was read, and closes. */
export interface Chat extends Disposable {
  /** In the order of the listeners. */
  readonly ports: readonly number[];
  /** Why it closed: anything but `normal` is a failure of the lobby, without which nothing goes on. */
  readonly closed: Promise<ExitReason>;
}

const LIMITS: Limits = { unread: MAX_UNREAD, paceMs: PACE_MS, whisperMs: WHISPER_MS, namelessMs: NAMELESS_MS };

/** Opens a chat. Rejects with `StartFailedError` when one of its transports cannot listen. */
export async function openChat(system: ActorSystem, options: ChatOptions): Promise<Chat> {
  const limits = { ...LIMITS, ...options.limits };
  using people = system.spawn(lobby, {
    name: "lobby",
    args: { history: options.history ?? HISTORY },
    restart: "temporary",
  });
  const addresses = options.listeners.map(({ transport, place }) =>
    system.spawn(listener, { name: transport.name, args: { system, transport, place, lobby: people.clone(), limits } }),
  );
  const close = (): void => {
    for (const address of addresses) address.drop();
  };
  const closed = people.exited;
  void closed.then(close);
  try {
    await Promise.all(addresses.map(({ started }) => started));
    const ports = await Promise.all(addresses.map((address) => address.ask({ type: "port" })));
    return { ports, closed, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}
