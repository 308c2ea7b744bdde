/** The command line: opens a chat, says where, and closes it on Ctrl-C; a second one ends it at once. */
import { parseArgs } from "node:util";
import { ActorSystem } from "@pneumatic/actors";
import { openChat } from "./chat.ts";
import { MAX_CLIENTS, MAX_CLIENTS_OF_A_HOST, PACE_MS } from "./limits.ts";
import { tcp } from "./tcp.ts";
import { webSocket } from "./websocket.ts";

const CLOSING_MS = 10_000;

async function main(): Promise<void> {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    options: {
      host: text("127.0.0.1"),
      tcp: text("7000"),
      ws: text("7001"),
      "max-clients": text(String(MAX_CLIENTS)),
      "max-of-a-host": text(String(MAX_CLIENTS_OF_A_HOST)),
      pace: text(String(PACE_MS)),
      log: text("info"),
    },
  });
  const place = {
    host: values.host,
    maxConnections: count("max-clients", values["max-clients"]),
    maxOfAHost: count("max-of-a-host", values["max-of-a-host"]),
  };
  const listeners = [
    { transport: tcp, place: { ...place, port: count("tcp", values.tcp) } },
    { transport: webSocket, place: { ...place, port: count("ws", values.ws) } },
  ];

  await using system = new ActorSystem({ name: "chat", logLevel: values.log });
  const chat = await openChat(system, { listeners, limits: { paceMs: count("pace", values.pace) } });
  listeners.forEach(({ transport }, n) => {
    console.log(`${transport.name} ${values.host}:${chat.ports[n]}`);
  });
  const close = (): void => {
    chat[Symbol.dispose]();
    setTimeout(() => system.shutdown({ timeoutMs: 0 }), CLOSING_MS).unref(); // for who takes too long
  };
  process.once("SIGINT", close).once("SIGTERM", close);
  await system.terminated;
  if ((await chat.closed).kind !== "normal") process.exitCode = 1;
}

function count(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error(`--${name} is a number, not "${value}"`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
