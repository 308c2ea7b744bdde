/** What a failure costs, and how long a client may take: in virtual time, on a network without sockets. */
import type { Fault } from "@pneumatic/actors/testing";
import { testSystem } from "@pneumatic/actors/testing";
import { describe, expect, it } from "vitest";
import type { FakeChat, FakeClient } from "../../support/chat-network.ts";
import { fakeChat } from "../../support/chat-network.ts";

const LONG_MS = 10_000;

interface Stage extends FakeChat, AsyncDisposable {
  readonly system: ReturnType<typeof testSystem>;
  readonly ada: FakeClient;
  readonly bob: FakeClient;
}

/** Ada and Bob in a room, and what goes wrong. */
async function adaAndBob(...faults: Fault[]): Promise<Stage> {
  const system = testSystem({ faults });
  const network = await fakeChat(system);
  const [ada, bob] = [network.connect(), network.connect()];
  ada.type("/nick ada", "/join tea");
  bob.type("/nick bob", "/join tea");
  await system.advance(LONG_MS);
  const end = async (): Promise<void> => {
    network.chat[Symbol.dispose]();
    await system.advance(LONG_MS);
    await system[Symbol.asyncDispose]();
  };
  return { ...network, system, ada, bob, [Symbol.asyncDispose]: end };
}

describe("a session that fails", () => {
  it("ends its connection and leaves its room, and nobody else notices more", async () => {
    await using stage = await adaAndBob({ kind: "panic", actor: /session/, message: "line", nth: 5 });
    const { system, ada, bob } = stage;
    ada.type("the fifth line");
    await system.advance(LONG_MS);
    expect([ada.end, bob.end]).toEqual(["closed", "open"]);
    expect(bob.shown.at(-1)).toBe("* ada has left tea");
    const again = stage.connect();
    again.type("/nick ada", "/join tea", "here again");
    await system.advance(LONG_MS);
    expect(bob.shown.slice(-2)).toEqual(["* ada has joined tea", "<ada> here again"]);
  });
});

describe("a room that fails", () => {
  it("tells its people, who may join again and find it empty", async () => {
    await using stage = await adaAndBob({ kind: "panic", actor: /room/, message: "say", nth: 2 });
    const { system, ada, bob } = stage;
    bob.type("the first");
    ada.type("the second");
    await system.advance(LONG_MS);
    const closed = "! The room tea was closed by an error. /join tea opens it again";
    expect([ada.shown.at(-1), bob.shown.at(-1)]).toEqual([closed, closed]);
    ada.type("/join tea", "/who", "the third");
    await system.advance(LONG_MS);
    expect(ada.shown.slice(-3)).toEqual(["* ada has joined tea", "! In tea: ada", "<ada> the third"]);
    expect(bob.end).toBe("open");
  });
});

describe("a lobby that fails", () => {
  it("closes the chat, and says why", async () => {
    await using stage = await adaAndBob({ kind: "panic", actor: "/lobby", message: "find", nth: 1 });
    const { system, chat, ada, bob } = stage;
    ada.type("/msg bob psst");
    await system.advance(LONG_MS);
    await system.terminated;
    expect([ada.end, bob.end]).toEqual(["closed", "closed"]);
    expect(await chat.closed).toMatchObject({ kind: "panicked" });
  });
});

describe("a private message", () => {
  it("to somebody who does not read is given up after two seconds, and its author goes on", async () => {
    await using stage = await adaAndBob();
    const { system, ada } = stage;
    const slow = stage.connect(2);
    slow.type("/nick slow", "/help");
    await system.advance(LONG_MS);
    ada.type("/msg slow psst", "next");
    await system.advance(1999);
    expect(ada.shown.at(-1)).toBe("* bob has joined tea");
    await system.advance(LONG_MS);
    expect(ada.shown.slice(-2)).toEqual(["! slow does not read: it may be lost", "<ada> next"]);
    slow.destroy();
  });

  it("to somebody whose mailbox is full is given up at once", async () => {
    const when = (message: object): boolean => JSON.stringify(message).includes("whispered");
    await using stage = await adaAndBob({ kind: "full", actor: /outbox/, when });
    const { system, ada, bob } = stage;
    ada.type("/msg bob psst");
    await system.settle();
    expect(ada.shown.at(-1)).toBe("! bob does not read: it may be lost");
    expect(bob.end).toBe("open");
  });
});

describe("a client that sends too fast", () => {
  it("is heard every 20 milliseconds", async () => {
    await using stage = await adaAndBob();
    const { system, ada, bob } = stage;
    ada.type("1", "2", "3", "4");
    await system.advance(39);
    expect(bob.said()).toEqual(["<ada> 1", "<ada> 2"]);
    await system.advance(1);
    expect(bob.said()).toEqual(["<ada> 1", "<ada> 2", "<ada> 3"]);
  });
});

describe("a room that nobody is in", () => {
  it("ends, and its history with it", async () => {
    await using stage = await adaAndBob();
    const { system, ada, bob } = stage;
    ada.type("once upon a time", "/join coffee");
    bob.type("/leave");
    await system.advance(LONG_MS);
    bob.type("/join tea");
    await system.advance(LONG_MS);
    expect(bob.shown.at(-1)).toBe("* bob has joined tea");
    expect(bob.shown.filter((line) => line.includes("once")).length).toBeLessThanOrEqual(1); // as it was said
    const { actors } = await system.inspect();
    const rooms = actors.find(({ path }) => path === "/lobby")?.children.map(({ path }) => path);
    expect(rooms).toHaveLength(2);
  });
});
