/**
 * How the actors of the chat talk: one interface each, shared by all, while none imports another's code.
 *
 *     socket ─► session ─► room ─► outbox ─► socket          each owns addresses of what is to its right
 *                  └────► lobby
 *
 * Addresses go one way, so nobody waits for somebody who waits for them, and what is dropped at the left runs dry to the right.
 */
import type { Address, WeakAddress } from "@pneumatic/actors";
import type { ChatEvent } from "./events.ts";

/** What a client says: one for each connection. */
export interface Session {
  /** A line that the client has sent. */
  line(payload: { readonly line: string }): void;
  /** The client has ended; what it said before that is said. */
  hungUp(): void;
  /** Somebody found its outbox full: the client does not read what it is sent. */
  cut(): void;
  /** The client has had its time to say who it is. */
  nameless(): void;
}

/** What a client is shown: one for each connection. */
export interface Outbox {
  /** Whether it went out: to the network, and not necessarily to anybody's eyes. */
  show(payload: { readonly event: ChatEvent }): boolean;
}

/** One conversation, there for as long as somebody takes part in it. */
export interface Room {
  /** The outbox is shown the last lines, then everything until `leave`. The session is told when it must be cut. */
  join(payload: {
    readonly nick: string;
    readonly outbox: Address<Outbox>;
    readonly session: WeakAddress<Pick<Session, "cut">>;
  }): void;
  say(payload: { readonly nick: string; readonly text: string }): void;
  leave(payload: { readonly nick: string }): void;
  /** How many are in it, and the names of those who came first. */
  who(): { readonly count: number; readonly names: readonly string[] };
}

/** Knows who is there, and which rooms are open. It waits for nobody, so an ask of it needs no timeout. */
export interface Lobby {
  /** Takes a name until `session` has ended; false when it is taken, or looks like one that is. */
  enter(payload: {
    readonly nick: string;
    readonly session: WeakAddress<Session>;
    readonly outbox: WeakAddress<Outbox>;
  }): boolean;
  /** Where to write to somebody. */
  find(payload: { readonly nick: string }): WeakAddress<Outbox> | undefined;
  /** The room of this name, opened when it is not. Its address belongs to whoever asked. */
  room(payload: { readonly name: string }): Address<Room>;
}
