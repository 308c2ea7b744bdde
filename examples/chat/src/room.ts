/**
 * One conversation. It takes one line at a time and hands it to every outbox before the next, so all who are in it read the
 * same lines in the same order. It waits for nobody: an outbox without room costs its client the connection.
 *
 * It owns the outboxes of those who are in it, and is owned by their sessions.
 */
import type { Address, ReplyOf, WeakAddress } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import type { ChatEvent } from "./events.ts";
import { MAX_NAMES_TOLD } from "./limits.ts";
import type { Outbox, Room, Session } from "./protocols.ts";

interface Member {
  readonly outbox: Address<Outbox>;
  readonly session: WeakAddress<Pick<Session, "cut">>;
}

export interface RoomArgs {
  readonly name: string;
  /** How many lines are kept for those who come later. */
  readonly history: number;
}

/** Who is in a room, and what was said last. */
class Conversation {
  readonly name: string;
  readonly members = new Map<string, Member>();
  readonly #history: ChatEvent[] = [];
  readonly #kept: number;

  constructor({ name, history }: RoomArgs) {
    this.name = name;
    this.#kept = history;
  }

  join(nick: string, member: Member): void {
    this.members.set(nick, member);
    for (const event of this.#history) this.#show(nick, member, event);
    this.#showAll({ kind: "joined", nick, room: this.name });
  }

  say(nick: string, text: string): void {
    if (!this.members.has(nick)) return; // was cut off while this line was on its way
    const event: ChatEvent = { kind: "said", nick, text };
    this.#history.push(event);
    if (this.#history.length > this.#kept) this.#history.shift();
    this.#showAll(event);
  }

  leave(nick: string): void {
    const member = this.members.get(nick);
    if (member === undefined) return;
    this.members.delete(nick);
    member.outbox.drop();
    this.#showAll({ kind: "left", nick, room: this.name });
  }

  who(): ReplyOf<Room, "who"> {
    const names: string[] = [];
    for (const nick of this.members.keys()) if (names.push(nick) === MAX_NAMES_TOLD) break;
    return { count: this.members.size, names: names.sort() };
  }

  #showAll(event: ChatEvent): void {
    for (const [nick, member] of [...this.members]) this.#show(nick, member, event);
  }

  #show(nick: string, member: Member, event: ChatEvent): void {
    if (!this.members.has(nick) || member.outbox.trySend({ type: "show", event }).ok) return;
    void member.session.send({ type: "cut" });
    this.leave(nick);
  }
}

export const room = implement<Room>()({
  name: "room",
  state: (args: RoomArgs) => new Conversation(args),
  on: {
    join: ({ state, own }, { nick, outbox, session }) => state.join(nick, { outbox: own(outbox), session }),
    // A turn ends at a promise. So between two lines every outbox has a turn of its own, and none fills up for want of one.
    say: async ({ state }, { nick, text }) => state.say(nick, text),
    leave: ({ state }, { nick }) => state.leave(nick),
    who: ({ state }) => state.who(),
  },
});
