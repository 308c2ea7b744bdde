/**
 * The promise of the chat under load, with real sockets: 500 clients, half of them over WebSocket, and half of all killed while
 * they talk. Those who stay read the same lines in the same order, and every line of each other.
 */
import { describe, expect, it } from "vitest";
import type { Network } from "../../support/chat.ts";
import { ChatClient, startChat } from "../../support/chat.ts";

const ROOMS = 25;
const IN_A_ROOM = 20;
const LINES = 6;
/** After this many of its own lines a client is killed, if it is to be. */
const KILLED_AFTER = 2;

interface Talker {
  readonly nick: string;
  readonly room: number;
  readonly stays: boolean;
  readonly client: ChatClient;
}

const range = (length: number): number[] => Array.from({ length }, (_, n) => n);
const line = (nick: string, n: number): string => `<${nick}> line ${n}`;

async function enter(n: number, ports: Readonly<Record<Network, number>>): Promise<Talker> {
  const room = n % ROOMS;
  const inRoom = Math.floor(n / ROOMS);
  const network = inRoom % 4 < 2 ? "tcp" : "ws"; // of each, half stay
  const nick = `c${n}`;
  const client = await ChatClient.enter(network, ports[network], nick, `room-${room}`);
  return { nick, room, stays: inRoom % 2 === 0, client };
}

async function talk({ nick, stays, client }: Talker): Promise<void> {
  for (const n of range(stays ? LINES : LINES - 1)) {
    client.type(`line ${n}`);
    if (!stays && n === KILLED_AFTER) {
      await client.seen(line(nick, n));
      client.type("a line that nobody may ever read");
      client.kill();
      return;
    }
  }
}

describe("a chat of 500 clients, half of them killed in the middle", () => {
  it("shows the others every line of each other once, all of a room in one order", async () => {
    using chat = await startChat("--log", "warn");
    const talkers = await Promise.all(range(ROOMS * IN_A_ROOM).map((n) => enter(n, chat.ports)));
    await Promise.all(talkers.map(talk));

    const staying = talkers.filter(({ stays }) => stays);
    for (const { client, room } of staying) {
      const others = talkers.filter((other) => other.room === room);
      for (const { nick, stays } of others) {
        await client.seen(stays ? line(nick, LINES - 1) : `* ${nick} has left room-${room}`);
      }
    }
    chat.signal("SIGTERM");
    await Promise.all(staying.map(({ client }) => client.closed));
    const { code, log } = await chat.ended;
    expect({ code, log }).toEqual({ code: 0, log: "" });

    for (const room of range(ROOMS)) {
      const inRoom = talkers.filter((talker) => talker.room === room);
      const [first, ...rest] = inRoom.filter(({ stays }) => stays);
      expect(rest).toHaveLength(IN_A_ROOM / 2 - 1);
      for (const { client } of rest) expect(sinceAllWereThere(client)).toEqual(sinceAllWereThere(first!.client));
      for (const { nick, stays } of inRoom) {
        const said = first!.client.said(nick).filter((text) => !text.includes("nobody"));
        expect(said).toEqual(range(stays ? LINES : KILLED_AFTER + 1).map((n) => line(nick, n)));
      }
    }
  });
});

/** What a client was shown of its room, from the first line that was said: by then everybody had joined. */
function sinceAllWereThere({ lines }: ChatClient): string[] {
  const shown = lines.filter((text) => /^[<*]/.test(text));
  return shown.slice(shown.findIndex((text) => text.startsWith("<")));
}
