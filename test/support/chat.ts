/** Runs the chat as its users do, in a process of its own, with clients over TCP and WebSocket. */
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { WebSocket } from "ws";
import { gate } from "./gate.ts";
import { PATIENCE_MS } from "./patience.ts";
import { root } from "./source-files.ts";

const MAIN = join(root, "examples", "chat", "dist", "main.js");

export type Network = "tcp" | "ws";

/** A chat that runs; killed by `dispose` unless it has ended by itself. */
export interface RunningChat extends Disposable {
  readonly ports: Readonly<Record<Network, number>>;
  signal(signal: NodeJS.Signals): void;
  /** How it ended, and what it logged. */
  readonly ended: Promise<{ readonly code: number | null; readonly log: string }>;
}

/** Starts a chat on free ports. */
export function startChat(...args: string[]): Promise<RunningChat> {
  const child = spawn(process.execPath, [MAIN, "--tcp", "0", "--ws", "0", ...args], { timeout: PATIENCE_MS });
  let log = "";
  let stdout = "";
  child.stderr.on("data", (chunk) => {
    log += chunk;
  });
  const ended = new Promise<{ code: number | null; log: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, log }));
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => reject(new Error(`the chat ended: ${log}`)));
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      const [, tcp, ws] = /^tcp \S+:(\d+)\nws \S+:(\d+)\n/.exec(stdout) ?? [];
      const signal = (signal: NodeJS.Signals): boolean => child.kill(signal);
      if (tcp === undefined || ws === undefined) return;
      resolve({
        ports: { tcp: Number(tcp), ws: Number(ws) },
        signal,
        ended,
        [Symbol.dispose]: () => signal("SIGKILL"),
      });
    });
  });
}

/** What is different about clients of one network. */
interface Wire {
  send(text: string): void;
  /** As a process that is killed. */
  kill(): void;
  /** Ends its half, as `nc -N` does. */
  end(): void;
  pause(): void;
  resume(): void;
}

/** One who chats. Keeps every line it is shown. */
export class ChatClient {
  readonly lines: string[] = [];
  readonly closed: Promise<void>;
  readonly #wire: Wire;
  readonly #awaited = new Map<string, () => void>();
  #isClosed = false;

  private constructor(network: Network, port: number, opened: (error?: Error) => void) {
    const { promise, open } = gate();
    this.closed = promise;
    const show = (line: string): void => {
      this.lines.push(line);
      this.#awaited.get(line)?.();
    };
    const close = (): void => {
      this.#isClosed = true;
      for (const settle of this.#awaited.values()) settle();
      open();
    };
    this.#wire = network === "tcp" ? overTcp(port, opened, show, close) : overWebSocket(port, opened, show, close);
  }

  static async connect(network: Network, port: number): Promise<ChatClient> {
    const { promise, open, fail } = gate();
    const client = new ChatClient(network, port, (error) => (error === undefined ? open() : fail(error)));
    await promise;
    return client;
  }

  /** With a name, and in a room when that is given. */
  static async enter(network: Network, port: number, nick: string, room?: string): Promise<ChatClient> {
    const client = await ChatClient.connect(network, port);
    client.type(`/nick ${nick}`);
    if (room !== undefined) client.type(`/join ${room}`);
    await client.seen(room === undefined ? `! You are ${nick}` : `* ${nick} has joined ${room}`);
    return client;
  }

  type(...lines: string[]): void {
    for (const line of lines) this.#wire.send(line);
  }

  /** Waits for exactly this line; rejects when the connection closes without it. */
  async seen(line: string): Promise<void> {
    if (this.lines.includes(line)) return;
    if (!this.#isClosed) await new Promise<void>((resolve) => this.#awaited.set(line, resolve));
    this.#awaited.delete(line);
    if (!this.lines.includes(line)) throw new Error(`"${line}" was not shown; the last line was ${this.lines.at(-1)}`);
  }

  /** What was said in its room, by everybody or by one. */
  said(by = ".*"): string[] {
    return this.lines.filter((line) => new RegExp(`^<${by}> `).test(line));
  }

  kill(): void {
    this.#wire.kill();
  }

  end(): void {
    this.#wire.end();
  }

  /** Reads no more. */
  pause(): void {
    this.#wire.pause();
  }

  /** Reads what is still to be had. */
  resume(): void {
    this.#wire.resume();
  }
}

type Opened = (error?: Error) => void;

function overTcp(port: number, opened: Opened, show: (line: string) => void, close: () => void): Wire {
  const socket = connect({ port, host: "127.0.0.1" }).setEncoding("utf8");
  let rest = "";
  socket.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(show);
  });
  socket.on("connect", () => opened());
  socket.on("error", opened).on("close", close);
  return {
    send: (text) => socket.write(`${text}\n`),
    kill: () => socket.resetAndDestroy(),
    end: () => socket.end(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

function overWebSocket(port: number, opened: Opened, show: (line: string) => void, close: () => void): Wire {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.on("message", (data) => show(String(data)));
  socket.on("open", () => opened());
  socket.on("error", opened).on("close", close);
  return {
    send: (text) => socket.send(text),
    kill: () => socket.terminate(),
    end: () => socket.close(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}
