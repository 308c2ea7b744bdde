/**
 * A request carries the way back: a channel for exactly one reply.
 *
 * The server owns its state and handles one request at a time, so there is no lock. Whoever asks awaits a value or learns
 * that there will be none: a reply that is dropped unsent disconnects. (After tokio's `oneshot`; Erlang's `gen_server:call`.)
 */
import type { OneshotSender, Receiver, RecvError, RecvTimeoutError, Result, Sender } from "@pneumatic/core";
import { channel, oneshot } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

export type Request =
  | { readonly type: "set"; readonly key: string; readonly value: number }
  | { readonly type: "get"; readonly key: string; readonly reply: OneshotSender<number> };

/** Keeps numbers under names, until nobody can ask any more. Returns how many requests it served. */
export async function serveNumbers(requests: Receiver<Request>): Promise<number> {
  using rx = requests;
  const numbers = new Map<string, number>();
  let served = 0;
  for await (const request of rx) {
    served++;
    if (request.type === "set") numbers.set(request.key, request.value);
    else answer(request.reply, numbers.get(request.key));
  }
  return served;
}

function answer(reply: OneshotSender<number>, value: number | undefined): void {
  using back = reply; // dropped if there is nothing to say
  if (value !== undefined) back.send(value);
}

/** Asks for the number under `key`. Disconnected when there is none, or when the server is gone. */
export async function ask(
  server: Sender<Request>,
  key: string,
  timeoutMs: number,
): Promise<Result<number, RecvError | RecvTimeoutError>> {
  const [reply, replied] = oneshot<number>();
  using rx = replied; // from here on the server sees that nobody waits any more
  const sent = server.send({ type: "get", key, reply });
  if (!sent.ok) reply.drop(); // it was not handed over, so it is still ours
  return await rx.recvTimeout(timeoutMs); // await: rx is dropped when this function is left
}

if (isMain(import.meta.url)) {
  const [server, requests] = channel<Request>();
  const serving = serveNumbers(requests);
  server.send({ type: "set", key: "answer", value: 42 });
  for (const key of ["answer", "question"]) {
    const reply = await ask(server, key, 1000);
    console.log(`${key}: ${reply.ok ? reply.value : reply.error.kind}`);
  }
  server.drop();
  console.log(`${await serving} requests served`);
}
