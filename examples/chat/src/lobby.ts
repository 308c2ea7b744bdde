/**
 * Who is there, and which rooms are open. It holds everybody weakly: a name is free again when its session has ended, and a room
 * is forgotten when nobody is in it any more and it has ended by itself.
 */
import type { WeakAddress } from "@pneumatic/actors";
import { bounded, implement } from "@pneumatic/actors";
import { MAX_UNSAID } from "./limits.ts";
import { likeness } from "./names.ts";
import type { Lobby, Outbox, Room } from "./protocols.ts";
import { room } from "./room.ts";

export interface LobbyArgs {
  readonly history: number;
}

/** What the lobby tells itself, beside what others may ask it. */
interface Watching extends Lobby {
  left(payload: { readonly nick: string }): void;
  closed(payload: { readonly name: string; readonly path: string }): void;
}

class Directory {
  readonly args: LobbyArgs;
  /** By their likeness. */
  readonly people = new Map<string, WeakAddress<Outbox>>();
  readonly rooms = new Map<string, WeakAddress<Room>>();

  constructor(args: LobbyArgs) {
    this.args = args;
  }
}

export const lobby = implement<Watching>()({
  name: "lobby",
  state: (args: LobbyArgs) => new Directory(args),
  on: {
    enter: ({ state, watch }, { nick, session, outbox }) => {
      if (state.people.has(likeness(nick))) return false;
      state.people.set(likeness(nick), outbox);
      watch(session, () => ({ type: "left", nick }));
      return true;
    },
    left: ({ state }, { nick }) => {
      state.people.delete(likeness(nick));
    },
    find: ({ state }, { nick }) => state.people.get(likeness(nick)),
    room: ({ state, spawn, watch }, { name }) => {
      const open = state.rooms.get(name)?.upgrade();
      if (open !== undefined) return open;
      // Not started again when it fails: who was in it is not known any more, so those who were are told that it has closed.
      const opened = spawn(room, { args: { name, ...state.args }, mailbox: bounded(MAX_UNSAID), restart: "temporary" });
      const { path } = opened;
      state.rooms.set(name, opened.downgrade());
      watch(opened, () => ({ type: "closed", name, path }));
      return opened;
    },
    closed: ({ state }, { name, path }) => {
      if (state.rooms.get(name)?.path === path) state.rooms.delete(name);
    },
  },
});
