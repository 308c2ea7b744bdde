/** What a stranger may cost those who are in the chat: on a network without sockets, in virtual time. */
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { testSystem } from "@pneumatic/actors/testing";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { parse } from "../../../examples/chat/src/commands.ts";
import { connectionOver } from "../../../examples/chat/src/connection.ts";
import * as limits from "../../../examples/chat/src/limits.ts";
import { LineSplitter, linesOf } from "../../../examples/chat/src/lines.ts";
import { isName, likeness } from "../../../examples/chat/src/names.ts";
import { Door } from "../../../examples/chat/src/transport.ts";
import type { FakeChat, FakeClient } from "../../support/chat-network.ts";
import { fakeChat } from "../../support/chat-network.ts";

const LONG_MS = 10_000;
const range = (length: number): number[] => Array.from({ length }, (_, n) => n);

/** Opens a chat, has something happen in it, and closes it. */
async function inChat(
  happen: (network: FakeChat, pass: (ms?: number) => Promise<void>) => Promise<void>,
  limits: Parameters<typeof fakeChat>[1] = {},
): Promise<void> {
  await using system = testSystem();
  const network = await fakeChat(system, limits);
  await happen(network, (ms = LONG_MS) => system.advance(ms));
  network.chat[Symbol.dispose]();
  await system.advance(LONG_MS);
}

function enter({ connect }: FakeChat, nick: string, room = "tea"): FakeClient {
  const client = connect();
  client.type(`/nick ${nick}`, `/join ${room}`);
  return client;
}

describe("a line", () => {
  it.each([
    ["\u001b[2J\u001b]0;title\u0007x", "[2J]0;titlex"],
    ["\u009b31mred", "31mred"],
    ["hi\u2028! You are banned\u2029* root has joined", "hi! You are banned* root has joined"],
    ["abc\u202edef\u2066ghi\u200f", "abcdefghi"],
    ["a\u200bd\ufeffm\u00adi\u2060n\u{e0041}", "admin"],
    ["\ud800half", "half"],
    ["grüß dich 👩‍👩‍👧 می‌خواهم", "grüß dich 👩‍👩‍👧 می‌خواهم"],
  ])("has no character that can look like another's, or harm a terminal (%#)", (sent, heard) => {
    expect(linesOf(sent)).toEqual([heard]);
    expect(new LineSplitter().split(`${sent}\n`)).toEqual([heard]);
  });

  it("ends at either sign, and is nothing when it is empty", () => {
    const splitter = new LineSplitter();
    expect(splitter.split("a\r\n\r\n \n\u200b\n\n\nb")).toEqual(["a"]);
    expect(splitter.split("c\rd")).toEqual(["bc"]);
    expect(splitter.split("\n")).toEqual(["d"]);
  });

  it("is refused when it is too long, and costs no more than that", () => {
    const splitter = new LineSplitter();
    for (const _ of range(100)) expect(splitter.split("x".repeat(10_000))).toEqual([]);
    const [line = ""] = splitter.split("\n");
    expect(line).toHaveLength(limits.MAX_LINE + 1);
    expect(parse(line)).toMatchObject({ ok: false });
    expect(parse(line.slice(1))).toMatchObject({ ok: true });
  });
});

describe("garbage", () => {
  it("is read no faster than lines are", async () => {
    let read = 0;
    const stream = new Duplex({
      readableHighWaterMark: 1,
      read() {
        this.push(++read < 1000 ? "no line" : null);
      },
      write: (_chunk, _encoding, done) => done(),
    });
    using lines = connectionOver(stream, { decode: () => [], encode: String }).lines;
    for (const _ of range(5)) expect(await lines.recv()).toMatchObject({ ok: true, value: "" });
    const before = read;
    for (const _ of range(100)) await new Promise(setImmediate);
    expect(read - before).toBeLessThan(5);
    stream.destroy();
  });

  it("costs a client its time, and gets no answer", async () => {
    await inChat(async (network, pass) => {
      const [ada, bob] = [enter(network, "ada"), enter(network, "bob")];
      await pass();
      ada.type("", "", "", "said");
      await pass(3 * limits.PACE_MS - 1);
      expect(bob.said()).toEqual([]);
      await pass(1);
      expect(bob.said()).toEqual(["<ada> said"]);
    });
  });
});

describe("a name", () => {
  it.each(["a", "7", "a_b-C", "x".repeat(20)])("may be %s", (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each(["", "-a", "_a", "x".repeat(21), "a b", "ä", "а", "a\n", "*"])("may not be %j", (name) => {
    expect(isName(name)).toBe(false);
  });

  it("is taken when it looks like one that is", async () => {
    expect(likeness("Bill-0")).toBe(likeness("b1lL_O"));
    await inChat(async (network, pass) => {
      const ada = enter(network, "Bill0");
      await pass();
      const eve = enter(network, "bi1lO");
      await pass();
      expect(eve.shown).toContain("! The name bi1lO is taken");
      eve.type("/nick eve", "/msg BILL0 psst");
      await pass();
      expect(ada.shown.at(-1)).toBe("-eve- psst");
    });
  });

  it("of a room is the same in small letters and large", async () => {
    await inChat(async (network, pass) => {
      const [ada, bob] = [enter(network, "ada", "Tea"), enter(network, "bob", "tEA")];
      await pass();
      ada.type("hello");
      await pass();
      expect(bob.shown.slice(-2)).toEqual(["* bob has joined tea", "<ada> hello"]);
    });
  });
});

describe("a client that does not say who it is", () => {
  it("is told so after a minute, and its connection ends", async () => {
    await inChat(async (network, pass) => {
      const [ada, silent] = [enter(network, "ada"), network.connect()];
      await pass(limits.NAMELESS_MS - 1);
      expect(silent.end).toBe("open");
      await pass(1);
      expect([silent.end, silent.shown.at(-1)]).toEqual(["closed", "! You have not said who you are"]);
      await pass(limits.NAMELESS_MS);
      expect(ada.end).toBe("open");
    });
  });

  it("but talks HTTP is a browser that somebody's page has sent here, and is not listened to", async () => {
    await inChat(async (network, pass) => {
      const ada = enter(network, "ada");
      await pass();
      const page = network.connect();
      page.type("POST / HTTP/1.1", "Host: localhost:7000", "/nick eve", "/join tea", "spam");
      ada.type("GET / HTTP/1.1");
      await pass();
      expect([page.end, page.shown.length]).toEqual(["closed", 1]);
      expect(ada.shown.slice(-2)).toEqual(["* ada has joined tea", "<ada> GET / HTTP/1.1"]);
    });
  });
});

describe("a crowd", () => {
  it("is told in one line of names, and a number", async () => {
    await inChat(
      async (network, pass) => {
        const [first] = range(limits.MAX_NAMES_TOLD + 3).map((n) => enter(network, `n${n}`));
        await pass();
        first?.type("/who");
        await pass();
        const line = first?.shown.at(-1) ?? "";
        expect(line).toMatch(/^! In tea: n0 .*, and 3 more$/);
        expect(line.split(" ")).toHaveLength(3 + limits.MAX_NAMES_TOLD + 3);
      },
      { paceMs: 0 },
    );
  });

  it("stays outside when there are too many, in all or from one host, until one of them is gone", () => {
    const door = new Door({ host: "", port: 0, maxConnections: 3, maxOfAHost: 2 });
    const come = (remoteAddress: string) => {
      const socket = Object.assign(new EventEmitter(), { remoteAddress });
      return { socket, refusal: door.refusal(socket as unknown as Socket) };
    };
    const [one, two, three, four, five] = ["a", "a", "a", "b", "c"].map(come);
    const many = "Too many come from where you are: come back later";
    const full = "The chat is full: come back later";
    expect([one, two, three, four, five].map((came) => came?.refusal)).toEqual([
      undefined,
      undefined,
      many,
      undefined,
      full,
    ]);
    three?.socket.emit("close"); // it was never inside
    expect(come("c").refusal).toBe(full);
    one?.socket.emit("close");
    expect(["a", "c"].map((host) => come(host).refusal)).toEqual([undefined, full]);
  });
});

describe("a client that does not read", () => {
  it("is cut off, with the reason in the log", async () => {
    const log: string[] = [];
    const logger = pino({ level: "info" }, { write: (line) => void log.push(line) });
    await using system = testSystem({ logger });
    const { chat, connect } = await fakeChat(system, { unread: 4, paceMs: 0 });
    const slow = connect(1);
    slow.type("/nick slow", ...range(10).map(() => "/help"));
    await system.advance(LONG_MS);
    expect(slow.end).toBe("destroyed");
    expect(log.join("")).toContain("cut off, because it does not read");
    chat[Symbol.dispose]();
    await system.advance(LONG_MS);
  });
});
