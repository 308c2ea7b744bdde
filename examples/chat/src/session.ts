/**
 * What one client says: takes its lines one at a time, and does what they ask for. It waits where it has to, for room in a room
 * or for the answer to a private message, and while it does its client is not read from. For its own client it never waits.
 */
import type { Address, Context, StartContext } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import type { Command } from "./commands.ts";
import { HELP, parse } from "./commands.ts";
import type { Connection } from "./connection.ts";
import type { ChatEvent } from "./events.ts";
import type { Lobby, Outbox, Room, Session } from "./protocols.ts";

export interface SessionArgs {
  readonly connection: Connection;
  readonly outbox: Address<Outbox>;
  readonly lobby: Address<Lobby>;
  /** From one line to the next, in milliseconds, so that nobody floods a room. */
  readonly paceMs: number;
  /** How long a private message may wait for its reader, in milliseconds. */
  readonly whisperMs: number;
  /** How long a client may stay without a name, in milliseconds. */
  readonly namelessMs: number;
}

/** A stranger's web page can make a browser send this to any port: it must not talk in the name of whoever looks at that page. */
const HTTP_REQUEST = /^[A-Z]+ \S+ HTTP\/\d/;

interface Watching extends Session {
  roomClosed(payload: { readonly path: string }): void;
}

/** The room that a client is in. */
interface Seat extends Disposable {
  readonly name: string;
  readonly room: Address<Room>;
}

class Client {
  readonly args: SessionArgs;
  readonly #log: StartContext<Session>["log"];
  nick: string | undefined = undefined;
  seat: Seat | undefined = undefined;

  constructor(args: SessionArgs, log: StartContext<Session>["log"]) {
    this.args = args;
    this.#log = log;
  }

  show(event: ChatEvent): void {
    if (!this.args.outbox.trySend({ type: "show", event }).ok) this.cutOff();
  }

  /** Its outbox is full. */
  cutOff(): void {
    this.#log.info({ nick: this.nick }, "cut off, because it does not read");
    this.args.connection.destroy();
  }

  notice(text: string): void {
    this.show({ kind: "notice", text });
  }

  async leave(): Promise<void> {
    using seat = this.seat;
    this.seat = undefined;
    if (this.nick !== undefined) await seat?.room.send({ type: "leave", nick: this.nick });
  }
}

type SessionContext = Context<Client, Watching>;

export const session = implement<Watching>()({
  name: "session",
  state: (args: SessionArgs, { log }) => new Client(args, log),
  started: ({ state, timers }) => {
    state.notice(`Welcome. ${HELP}`);
    timers.after("nameless", state.args.namelessMs, { type: "nameless" });
  },
  on: {
    line: async (context, { line }) => {
      const { nick, args } = context.state;
      if (nick === undefined && HTTP_REQUEST.test(line)) return goAway(context);
      if (line !== "") await take(context, line);
      if (args.paceMs > 0) await context.sleep(args.paceMs);
    },
    hungUp: goAway,
    nameless: async (context) => {
      if (context.state.nick !== undefined) return;
      context.state.notice("You have not said who you are");
      await goAway(context);
    },
    cut: ({ state }) => state.cutOff(),
    roomClosed: ({ state }, { path }) => {
      if (state.seat?.room.path !== path) return; // it has left by now
      using seat = state.seat;
      state.seat = undefined;
      const { name } = seat;
      state.notice(`The room ${name} was closed by an error. /join ${name} opens it again`);
    },
  },
  // When the server ends, nobody leaves: all stay to hear what was still said.
  stopped: ({ state }, reason) => (reason.kind === "normal" ? undefined : state.leave()),
});

async function goAway({ state, stop }: SessionContext): Promise<void> {
  await state.leave();
  stop();
}

async function take(context: SessionContext, line: string): Promise<void> {
  const command = parse(line);
  if (command.ok) await obey(context, command.value);
  else context.state.notice(command.error);
}

async function obey(context: SessionContext, command: Command): Promise<void> {
  const { state } = context;
  if (command.kind === "help") return state.notice(HELP);
  if (command.kind === "quit") return goAway(context);
  if (command.kind === "nick") return takeName(context, command.nick);
  const { nick, seat } = state;
  if (nick === undefined) return state.notice("Say who you are first: /nick NAME");
  if (command.kind === "join") return join(context, nick, command.room);
  if (command.kind === "whisper") return whisper(context, nick, command.nick, command.text);
  if (seat === undefined) return state.notice("You are in no room: /join ROOM");
  switch (command.kind) {
    case "say":
      await seat.room.send({ type: "say", nick, text: command.text });
      return;
    case "who":
      return who(state, seat);
    case "leave":
      return state.leave();
  }
}

async function takeName({ state, self: session }: SessionContext, nick: string): Promise<void> {
  if (state.nick !== undefined) return state.notice(`You are ${state.nick} for as long as you stay`);
  const outbox = state.args.outbox.downgrade();
  const isFree = await state.args.lobby.ask(
    { type: "enter", nick, session, outbox },
    { timeout: Number.POSITIVE_INFINITY },
  );
  if (isFree) state.nick = nick;
  state.notice(isFree ? `You are ${nick}` : `The name ${nick} is taken`);
}

async function join({ state, self: session, own, watch }: SessionContext, nick: string, name: string): Promise<void> {
  await state.leave();
  const { lobby, outbox } = state.args;
  const room = own(await lobby.ask({ type: "room", name }, { timeout: Number.POSITIVE_INFINITY }));
  const { path } = room;
  const watching = watch(room, () => ({ type: "roomClosed", path }));
  const leave = (): void => {
    watching[Symbol.dispose]();
    room.drop();
  };
  state.seat = { name, room, [Symbol.dispose]: leave };
  const shown = outbox.clone();
  const joined = await room.send({ type: "join", nick, outbox: shown, session });
  if (!joined.ok) shown.drop(); // what was not sent is still ours
}

async function who(state: Client, { name, room }: Seat): Promise<void> {
  const found = await room.ask({ type: "who" }).catch(() => undefined);
  if (found === undefined) return;
  const more = found.count - found.names.length;
  state.notice(`In ${name}: ${found.names.join(" ")}${more === 0 ? "" : `, and ${more} more`}`);
}

async function whisper({ state }: SessionContext, nick: string, to: string, text: string): Promise<void> {
  const { lobby, whisperMs: timeout } = state.args;
  const outbox = await lobby.ask({ type: "find", nick: to }, { timeout: Number.POSITIVE_INFINITY });
  if (outbox === undefined) return state.notice(`There is no ${to}`);
  const event: ChatEvent = { kind: "whispered", nick, text };
  const isShown = await outbox.ask({ type: "show", event }, { timeout }).catch(() => false);
  state.notice(isShown ? `${to} was sent it` : `${to} does not read: it may be lost`);
}
