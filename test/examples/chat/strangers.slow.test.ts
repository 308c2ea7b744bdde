/** What a stranger may do to the chat over real sockets: it is told why not, or is cut off, and nobody else notices. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { RunningChat } from "../../support/chat.ts";
import { ChatClient, startChat } from "../../support/chat.ts";

let chat: RunningChat;
let ada: ChatClient;

beforeAll(async () => {
  chat = await startChat("--pace", "0", "--log", "error");
  ada = await ChatClient.enter("tcp", chat.ports.tcp, "ada", "tea");
});

afterAll(async () => {
  ada.type("/quit");
  await ada.closed;
  chat.signal("SIGTERM");
  expect(await chat.ended).toEqual({ code: 0, log: "" });
});

/** A connection whose end, however it comes, is no error. */
function open(port: number): Socket {
  return connect({ port, host: "127.0.0.1" }).on("error", () => {});
}

async function upgraded(port: number): Promise<Socket> {
  const socket = open(port);
  const key = Buffer.alloc(16).toString("base64");
  const headers = [
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    `sec-websocket-key: ${key}`,
  ];
  socket.write(`GET / HTTP/1.1\r\nhost: localhost\r\n${headers.join("\r\n")}\r\n\r\n`);
  await once(socket, "data");
  return socket;
}

/** Sends the same over and over, until the connection is gone. */
function sendWithoutEnd(socket: Socket, piece: Buffer): Promise<void> {
  const send = (): void => {
    while (socket.writable && socket.write(piece));
  };
  socket.on("drain", send);
  send();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** A frame of a client, with a mask of zeros. */
function frame(first: number, payload = ""): Buffer {
  return Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), Buffer.from(payload)]);
}

describe("one client more than there may be", () => {
  it.each([
    ["--max-clients", "The chat is full"],
    ["--max-of-a-host", "Too many come from where you are"],
  ])("is told so: %s", async (option, reason) => {
    using small = await startChat(option, "1");
    const inside = [await ChatClient.connect("tcp", small.ports.tcp), await ChatClient.connect("ws", small.ports.ws)];
    expect(await text(open(small.ports.tcp))).toBe(`! ${reason}: come back later\n`);
    const refused = new WebSocket(`ws://127.0.0.1:${small.ports.ws}`);
    const [, response] = await once(refused, "unexpected-response");
    expect([response.statusCode, await text(response)]).toEqual([503, `${reason}: come back later\n`]);
    for (const client of inside) client.kill();
    await Promise.all(inside.map(({ closed }) => closed));
    let answer = "";
    while (!answer.startsWith("! Welcome")) [answer] = await once(open(small.ports.tcp).setEncoding("utf8"), "data");
  });
});

describe("a stranger that sends without an end", () => {
  it("a body to what is no web server is cut off", async () => {
    const socket = open(chat.ports.ws).resume();
    socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 999999999999\r\n\r\n");
    await sendWithoutEnd(socket, Buffer.alloc(1_000_000));
    ada.type("after a body");
    await ada.seen("<ada> after a body");
  });

  it("pings that it does not read the answers to is cut off", async () => {
    const socket = await upgraded(chat.ports.ws);
    socket.pause();
    await sendWithoutEnd(socket, Buffer.concat(Array.from({ length: 1000 }, () => frame(0x89, "x".repeat(125)))));
    ada.type("after pings");
    await ada.seen("<ada> after pings");
  });

  it("parts of a message is cut off", async () => {
    const socket = await upgraded(chat.ports.ws);
    socket.resume().write(frame(0x01));
    await sendWithoutEnd(socket, Buffer.concat(Array.from({ length: 1000 }, () => frame(0x00))));
    ada.type("after parts");
    await ada.seen("<ada> after parts");
  });
});

describe("a page in somebody's browser", () => {
  it("cannot talk in the chat by HTTP", async () => {
    const socket = open(chat.ports.tcp).resume();
    socket.end("POST / HTTP/1.1\r\nhost: localhost\r\n\r\n/nick eve\n/join tea\nspam\n");
    await new Promise((resolve) => socket.once("close", resolve));
    ada.type("after the page");
    await ada.seen("<ada> after the page");
    expect(ada.lines.filter((line) => line.includes("eve"))).toEqual([]);
  });
});
