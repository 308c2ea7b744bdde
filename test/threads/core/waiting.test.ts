/** What a thread sends while the ring has no room: it waits in the thread, and arrives whole and in order all the same. */
import { channel } from "@pneumatic/core";
import { fromPort, toPort } from "@pneumatic/core/threads";
import { expect, test } from "vitest";
import { Decoder } from "../../../packages/core/src/threads/codec/decoder.ts";
import { Outgoing } from "../../../packages/core/src/threads/link/outgoing.ts";
import { MESSAGE } from "../../../packages/core/src/threads/link/records.ts";
import { HEADER, RingReader, recordKind, recordSize } from "../../../packages/core/src/threads/link/ring.ts";
import { numbers } from "../../support/sequence.ts";

/** Around the lengths at which a text is interned, waits as it is, and goes through the port. */
const LENGTHS = [0, 31, 33, 255, 256, 1024, 32_767, 32_768, 32_769, 70_000, 200_000];
const UNITS = ["a", "é", "€", "\ud800"];

function message(n: number): unknown {
  const text = (n + (UNITS[n % UNITS.length] as string)).padEnd(LENGTHS[n % LENGTHS.length] as number, UNITS[n % 3]);
  switch (n % 5) {
    case 0:
      return { type: `kind ${n % 7}`, text, n };
    case 1:
      return n;
    case 2:
      return new Map([[n, text]]);
    default:
      return text;
  }
}

test("messages of every kind that wait for room arrive as they were, in order", async () => {
  const [tx, rx] = channel<unknown>();
  const sender = fromPort(toPort(tx));
  const COUNT = 1100;
  for (let n = 0; n < COUNT; n++) sender.send(message(n));
  sender.drop();
  let n = 0;
  for await (const received of rx) {
    // A text of 200 KB is not to be printed.
    if (n % 5 < 3) expect(received).toEqual(message(n));
    else expect(received === message(n)).toBe(true);
    n++;
  }
  expect(n).toBe(COUNT);
});

test("a text that waits is not lost when a message sends another one while it is read", () => {
  const memories: SharedArrayBuffer[] = [];
  const port = { postMessage: ({ ring }: { ring: SharedArrayBuffer }) => memories.push(ring) };
  const idle = () => {};
  const ends = { begin: idle, describe: idle, detach: idle, explained: idle, commit: idle };
  const link = { control: idle, wakePeer: idle, ref: idle, unref: idle, flushed: idle };
  const outgoing = new Outgoing(port as never, ends as never, link);
  const ring = new RingReader(memories[0] as SharedArrayBuffer);
  const decoder = new Decoder(ring.memory);
  const received: unknown[] = [];
  const receive = () => {
    for (outgoing.publish(); ring.hasRecords; ring.release()) {
      const header = ring.words[ring.at >> 2] as number;
      const size = recordSize(header);
      if (recordKind(header) === MESSAGE) received.push(decoder.decode(ring.at + HEADER, size - HEADER));
      ring.advance(size);
    }
  };
  const texts = numbers(100).map((n) => `${n}`.padEnd(30_000, "x"));
  for (const text of texts) outgoing.message(0, text, false);
  expect(outgoing.isFlushed).toBe(false);
  const sending = {
    get inner() {
      receive(); // so that there is room for what waits
      return outgoing.message(0, "while it is read", false);
    },
  };
  expect(() => outgoing.message(0, sending, false)).toThrow("one that sends nothing while it is read");
  while (!outgoing.isFlushed) {
    receive();
    outgoing.flush();
  }
  receive();
  expect(received.length).toBe(texts.length);
  expect(received.every((text, n) => text === texts[n])).toBe(true);
});
