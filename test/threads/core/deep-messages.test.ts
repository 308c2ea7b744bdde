/** Messages that are too deep for the stack of the other thread: refused at the call, of any depth, and nothing is sent. */

import { oneshot } from "@pneumatic/core";
import { fromPort, MessageNotCloneableError, toPort } from "@pneumatic/core/threads";
import { describe, expect, test } from "vitest";
import { DEEP_KINDS, deep } from "../../support/deep.ts";
import { FLAVORS } from "../../support/flavors.ts";
import { collect } from "../../support/sequence.ts";

describe.each(FLAVORS)("$name", ({ open }) => {
  test.each(DEEP_KINDS)(
    "a message of 1,024 levels of %s arrives, and a deeper one is refused at the call",
    async (kind) => {
      const [tx, rx] = open<unknown>();
      const sender = fromPort(toPort(tx));
      const got = collect(rx);
      for (const levels of [1025, 2500, 100_000]) {
        const call = async (): Promise<unknown> => sender.send(deep(kind, levels));
        await expect(call()).rejects.toThrow(MessageNotCloneableError);
        await expect(call()).rejects.toThrow("1024 levels");
        expect(() => sender.trySend(deep(kind, levels))).toThrow(MessageNotCloneableError);
      }
      await sender.send(deep(kind, 1024));
      await sender.send("last");
      sender.drop();
      const [first, last] = await got;
      expect(typeof first).toBe("object");
      expect(last).toBe("last");
    },
  );
});

test.each(DEEP_KINDS)("a oneshot refuses a value that is too deep, of %s", (kind) => {
  const [tx, rx] = oneshot<unknown>();
  const sender = fromPort(toPort(tx));
  expect(() => sender.send(deep(kind, 2500))).toThrow(MessageNotCloneableError);
  sender.drop();
  rx.drop();
});
