/** What the README of the chat promises, with the server in a process of its own and real sockets. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { RunningChat } from "../../support/chat.ts";
import { ChatClient, startChat } from "../../support/chat.ts";

let chat: RunningChat;
let names = 0;

beforeAll(async () => {
  chat = await startChat("--pace", "0", "--log", "error");
});

afterAll(async () => {
  chat.signal("SIGTERM");
  expect(await chat.ended).toEqual({ code: 0, log: "" });
});

/** A name that nobody has had. */
const fresh = (stem: string): string => `${stem}-${names++}`;

describe.each(["tcp", "ws"] as const)("a client over %s", (network) => {
  const enter = (nick: string, room: string) => ChatClient.enter(network, chat.ports[network], nick, room);
  const other = network === "tcp" ? "ws" : "tcp";

  it("talks with those of the other network", async () => {
    const [ada, bob, room] = [fresh("ada"), fresh("bob"), fresh("tea")];
    const one = await enter(ada, room);
    const two = await ChatClient.enter(other, chat.ports[other], bob, room);
    await one.seen(`* ${bob} has joined ${room}`);
    one.type("hello", "/who");
    await two.seen(`<${ada}> hello`);
    two.type("grüß dich 👋");
    await one.seen(`<${bob}> grüß dich 👋`);
    await one.seen(`! In ${room}: ${ada} ${bob}`);
    one.type("/leave", "to nobody");
    await two.seen(`* ${ada} has left ${room}`);
    await one.seen("! You are in no room: /join ROOM");
    expect(two.said()).toEqual([`<${ada}> hello`, `<${bob}> grüß dich 👋`]);
    one.type("/quit");
    two.type("/quit");
    await Promise.all([one.closed, two.closed]);
  });

  it("whispers to one alone, and is told whether it went out", async () => {
    const [ada, bob, cid, room] = [fresh("ada"), fresh("bob"), fresh("cid"), fresh("tea")];
    const [one, two, three] = await Promise.all([enter(ada, room), enter(bob, room), enter(cid, fresh("tea"))]);
    one.type(`/msg ${cid} psst`, "/msg nobody psst");
    await one.seen(`! ${cid} was sent it`);
    await one.seen("! There is no nobody");
    await three.seen(`-${ada}- psst`);
    one.type("done");
    await two.seen(`<${ada}> done`);
    expect(two.lines.filter((line) => line.includes("psst"))).toEqual([]);
    for (const client of [one, two, three]) client.kill();
  });

  it("reads the last 50 lines of a room that it joins, then all that is said, without a gap", async () => {
    const [ada, bob, room] = [fresh("ada"), fresh("bob"), fresh("tea")];
    const one = await enter(ada, room);
    const all = Array.from({ length: 130 }, (_, n) => `<${ada}> ${n}`);
    for (let n = 0; n < 60; n++) one.type(`${n}`);
    await one.seen(`<${ada}> 59`);
    const joining = enter(bob, room);
    for (let n = 60; n < 130; n++) one.type(`${n}`);
    const two = await joining;
    await Promise.all([one.seen(`<${ada}> 129`), two.seen(`<${ada}> 129`)]);
    const joined = two.lines.indexOf(`* ${bob} has joined ${room}`);
    const earlier = two.lines.slice(0, joined).filter((line) => line.startsWith("<"));
    expect(earlier).toHaveLength(50);
    expect(two.said()).toEqual(all.slice(130 - two.said().length));
    expect(one.said()).toEqual(all);
    one.kill();
    two.kill();
  });

  it("has its name for itself, until it is gone", async () => {
    const [ada, room] = [fresh("ada"), fresh("tea")];
    const one = await enter(ada, room);
    const two = await ChatClient.connect(network, chat.ports[network]);
    two.type(`/nick ${ada}`);
    await two.seen(`! The name ${ada} is taken`);
    one.type("/quit");
    await one.closed;
    two.type(`/nick ${ada}`);
    await two.seen(`! You are ${ada}`);
    two.kill();
  });

  it("is cut off when it does not read, while the others lose no line", async () => {
    const [ada, bob, slow, room] = [fresh("ada"), fresh("bob"), fresh("slow"), fresh("tea")];
    const sleeper = await enter(slow, room);
    const [one, two] = await Promise.all([enter(ada, room), enter(bob, room)]);
    sleeper.pause();
    const left = `* ${slow} has left ${room}`;
    const sent: string[] = [];
    while (!two.lines.includes(left)) {
      const batch = Array.from({ length: 100 }, (_, n) => `${sent.length + n} `.padEnd(900, "x"));
      one.type(...batch);
      sent.push(...batch);
      const last = `<${ada}> ${batch.at(-1)}`;
      await Promise.all([one.seen(last), two.seen(last)]);
    }
    const shown = sent.map((text) => `<${ada}> ${text}`);
    expect(one.said()).toEqual(shown);
    expect(two.said()).toEqual(shown);
    one.kill();
    two.kill();
    sleeper.resume();
    await sleeper.closed;
    expect(sleeper.said().length).toBeLessThan(sent.length);
  });
});

describe("garbage", () => {
  it("costs nobody but who sends it: bytes, control characters, lines without an end", async () => {
    const [ada, room] = [fresh("ada"), fresh("tea")];
    const one = await ChatClient.enter("tcp", chat.ports.tcp, ada, room);
    const bad = connect({ port: chat.ports.tcp, host: "127.0.0.1" }).resume();
    bad.write(Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * 167) % 256)));
    bad.write(Buffer.alloc(8_000_000, "x"));
    bad.end("\n/nick\n/nick a/b\n/msg\n/unknown\n\u0000\n/join tea");
    await once(bad, "close");
    one.type("\u001b[2Jclean", "x".repeat(1001), "y".repeat(1000));
    await one.seen(`<${ada}> [2Jclean`);
    await one.seen("! A line has at most 1000 characters");
    await one.seen(`<${ada}> ${"y".repeat(1000)}`);
    expect(one.said()).toHaveLength(2);
    one.kill();
  });

  it("ends a WebSocket that sends a message of megabytes, and no other", async () => {
    const [ada, room] = [fresh("ada"), fresh("tea")];
    const one = await ChatClient.enter("ws", chat.ports.ws, ada, room);
    const bad = new WebSocket(`ws://127.0.0.1:${chat.ports.ws}`);
    await once(bad, "open");
    bad.send(Buffer.alloc(1000, 255));
    bad.send("x".repeat(5_000_000));
    const [code] = await once(bad, "close");
    expect(code).toBe(1009);
    one.type("still here");
    await one.seen(`<${ada}> still here`);
    one.kill();
  });

  it("is answered as HTTP where it is no WebSocket", async () => {
    const response = await fetch(`http://127.0.0.1:${chat.ports.ws}/`);
    expect([response.status, await response.text()]).toEqual([426, "This is a chat for WebSockets.\n"]);
  });
});

describe("the end of a connection", () => {
  it("comes after the answers, when a client has ended its half", async () => {
    using paced = await startChat("--log", "error"); // so that it has ended long before its last line is heard
    const two = await ChatClient.enter("ws", paced.ports.ws, "bob", "tea");
    const one = await ChatClient.connect("tcp", paced.ports.tcp);
    one.type("/nick ada", "/join tea", "first", "last");
    one.end();
    await one.closed;
    expect(one.said()).toEqual(["<ada> first", "<ada> last"]);
    two.type("/quit");
    await two.closed;
    expect(two.lines.slice(-3)).toEqual([...one.said(), "* ada has left tea"]);
  });
});

describe("the end of a connection by the server", () => {
  it("is no error, and comes after the answers, even to a client that still sends", async () => {
    const socket = connect({ port: chat.ports.tcp, host: "127.0.0.1" }).setEncoding("utf8");
    let shown = "";
    socket.on("data", (chunk) => {
      shown += chunk;
    });
    const ada = fresh("ada");
    socket.write(`/nick ${ada}\n/quit\n${"more\n".repeat(1_000_000)}`);
    await once(socket, "close"); // rejects when the connection is reset
    expect(shown).toMatch(new RegExp(`! You are ${ada}\n$`));
  });

  it("is a closing handshake over WebSocket", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${chat.ports.ws}`);
    await once(socket, "open");
    socket.send("/quit");
    const NO_STATUS = 1005; // 1006 would be a connection that broke
    expect(await once(socket, "close")).toEqual([NO_STATUS, Buffer.alloc(0)]);
  });
});

describe("a server", () => {
  it("that is told to end shows everybody what it has read, closes all connections and exits", async () => {
    using closing = await startChat("--log", "warn");
    const one = await ChatClient.enter("tcp", closing.ports.tcp, "ada", "tea");
    const two = await ChatClient.enter("ws", closing.ports.ws, "bob", "tea");
    const idle = connect({ port: closing.ports.ws, host: "127.0.0.1" }).resume();
    await once(idle, "connect");
    one.type("1", "2", "3", "4", "5");
    await one.seen("<ada> 1");
    closing.signal("SIGTERM");
    expect(await closing.ended).toEqual({ code: 0, log: "" });
    await Promise.all([one.closed, two.closed]);
    expect(two.said()).toEqual(one.said());
    idle.destroy();
  });

  it("turns away more clients than it may have", async () => {
    using small = await startChat("--max-clients", "1");
    const one = await ChatClient.connect("tcp", small.ports.tcp);
    const two = connect({ port: small.ports.tcp, host: "127.0.0.1" }).resume();
    await once(two, "close");
    one.type("/nick ada");
    await one.seen("! You are ada");
  });

  it("that finds its port taken says so", async () => {
    await expect(startChat("--tcp", `${chat.ports.tcp}`)).rejects.toThrow(/EADDRINUSE/);
  });
});
