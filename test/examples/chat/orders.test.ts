/** What the chat promises, in any order in which its actors may run. */
import type { TestSystem } from "@pneumatic/actors/testing";
import { describe } from "vitest";
import type { FakeChat, FakeClient } from "../../support/chat-network.ts";
import { fakeChat } from "../../support/chat-network.ts";
import { explored, must, same } from "../../support/explored.ts";

const NICKS = ["ada", "bob", "cid"];

/** Lets everything happen that is due, and all pauses between lines go by. */
async function settle(system: TestSystem): Promise<void> {
  await system.advance(10_000);
}

function enter({ connect }: FakeChat, nick: string, window?: number): FakeClient {
  const client = connect(window);
  client.type(`/nick ${nick}`, "/join tea");
  return client;
}

const lines = (nick: string): string[] => ["one", "two", "three"].map((text) => `${nick} says ${text}`);

describe("a room", () => {
  explored("shows all the same lines in the same order, also to those who come in the middle", async (system) => {
    const network = await fakeChat(system);
    using _ = network.chat;
    const clients = NICKS.map((nick) => enter(network, nick));
    NICKS.forEach((nick, n) => {
      clients[n]?.type(...lines(nick));
    });
    await settle(system);
    const [first, ...others] = clients.map((client) => client.said());
    for (const said of others) same("what another was shown", said, first);
    for (const nick of NICKS) {
      const own = first?.filter((line) => line.startsWith(`<${nick}>`));
      same(
        `what ${nick} said`,
        own,
        lines(nick).map((line) => `<${nick}> ${line}`),
      );
    }
  });

  explored("loses nobody else a line when some are gone in the middle", async (system, chance) => {
    const network = await fakeChat(system);
    using _ = network.chat;
    const [ada, bob, cid] = NICKS.map((nick) => enter(network, nick));
    await settle(system);
    for (const [n, nick] of NICKS.entries()) [ada, bob, cid][n]?.type(...lines(nick));
    await system.advance(chance.below(100));
    if (chance.below(2) === 0) bob?.hangUp();
    else bob?.destroy();
    await settle(system);
    same("what cid was shown", cid?.said(), ada?.said());
    for (const nick of ["ada", "cid"]) {
      const own = ada?.said().filter((line) => line.startsWith(`<${nick}>`));
      same(
        `what ${nick} said`,
        own,
        lines(nick).map((line) => `<${nick}> ${line}`),
      );
    }
    must(ada?.shown.includes("* bob has left tea") === true, "nobody was told that bob had left");
  });

  explored("cuts off who does not read, and waits for nobody", async (system) => {
    const network = await fakeChat(system, { unread: 8, paceMs: 0 });
    using _ = network.chat;
    const slow = enter(network, "slow", 5);
    await settle(system);
    const [ada, bob] = ["ada", "bob"].map((nick) => enter(network, nick));
    await settle(system);
    for (let round = 0; round < 10; round++) {
      ada?.type(`line ${round}`);
      await settle(system);
    }
    const all = Array.from({ length: 10 }, (_, n) => `<ada> line ${n}`);
    same("what ada was shown", ada?.said(), all);
    same("what bob was shown", bob?.said(), all);
    same("the end of the connection", slow.end, "destroyed");
    must(bob?.shown.includes("* slow has left tea") === true, "nobody was told that it had left");
  });
});

describe("a chat that closes", () => {
  explored("says everything that was read, to everybody, and ends", async (system, chance) => {
    const network = await fakeChat(system);
    const clients = NICKS.map((nick) => enter(network, nick));
    await settle(system);
    NICKS.forEach((nick, n) => {
      clients[n]?.type(...lines(nick).slice(n)); // some have more to say than others
    });
    await system.advance(chance.below(100));
    network.chat[Symbol.dispose]();
    await settle(system);
    await system.terminated;
    for (const client of clients) {
      same("the end of a connection", client.end, "closed");
      same("how many lines were shown", client.said().length, 6);
      same("what was shown", client.said(), clients[0]?.said());
    }
    same("dead letters", system.deadLetters(), []);
  });
});
