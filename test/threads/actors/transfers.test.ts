/** What moves to an actor on a thread instead of being copied: buffers that are transferred, and ends of channels. */
import { bounded, retry } from "@pneumatic/actors";
import { channel, mpmc } from "@pneumatic/core";
import { transfer } from "@pneumatic/core/threads";
import { describe, expect, it } from "vitest";
import { relay } from "../../support/thread-relay.ts";
import { failure, patient, threadSystem } from "../../support/thread-worker.ts";

function ones(size = 100): ArrayBuffer {
  return new Uint8Array(size).fill(1).buffer;
}

describe("a transferred buffer", () => {
  it("moves when the message is sent to the thread, alone or as the buffer of a view, and from there in a reply", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const bytes = ones();
    expect(await address.ask(transfer({ type: "sum", bytes }, [bytes]))).toBe(100);
    expect(bytes.byteLength).toBe(0);
    const view = new Uint8Array(ones());
    expect(await address.ask(transfer({ type: "sum", bytes: view }, [view.buffer]))).toBe(100);
    expect(view.byteLength).toBe(0);
    expect((await address.ask({ type: "buffer", size: 50 })).bytes).toEqual(new Uint8Array(50).fill(1));
  });

  it("is copied where nothing says that it moves", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const bytes = ones();
    expect(await address.ask({ type: "sum", bytes })).toBe(100);
    expect(bytes.byteLength).toBe(100);
  });

  it("stays with the sender when the message is refused", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay, { mailbox: bounded(1, { overflow: "reject" }) });
    address.tell({ type: "wait", ms: 0 });
    const bytes = ones();
    const message = transfer({ type: "sum" as const, bytes }, [bytes]);
    expect(address.trySend(message).ok).toBe(false);
    expect(bytes.byteLength).toBe(100);
    while (system.ledger(address).handled === 0) await new Promise(setImmediate);
    expect(await address.ask(message)).toBe(100);
  });

  it("keeps its order among other messages, and is handled once however long the queue", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const sums: Promise<number>[] = [];
    for (let n = 0; n < 100; n++) {
      address.tell({ type: "see", n });
      const bytes = ones(n);
      if (n % 10 === 0) sums.push(address.ask(transfer({ type: "sum", bytes }, [bytes])));
    }
    expect(await Promise.all(sums)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(await address.ask({ type: "seen" })).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it.each(["exitWith", "failWith", "stashBuffer"] as const)(
    "is lost with its message, which is said: %s",
    async (type) => {
      await using system = threadSystem();
      using address = system.spawn(relay, { ...patient, poison: retry(3) });
      const bytes = ones();
      address.tell(transfer({ type, bytes }, [bytes]));
      expect(await address.ask({ type: "seen" })).toEqual([]);
      expect(system.ledger(address).deadLettered).toEqual({ transferLost: 1 });
      expect(system.deadLetters()).toMatchObject([{ type, reason: "transferLost" }]);
    },
  );

  it("rejects the ask that it came with, with what the thread was lost by", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay, patient);
    const bytes = ones();
    const error = await failure(address.ask(transfer({ type: "exitWith", bytes }, [bytes])));
    expect(error).toMatchObject({ code: "ERR_ACTOR_PANICKED", cause: { how: "exit" } });
    expect(system.ledger(address).deadLettered).toEqual({ transferLost: 1 });
  });
});

describe("the end of a channel", () => {
  it("moves to a thread in a message, and sends from there", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const [sender, receiver] = channel<string>();
    address.tell({ type: "sendTo", sender, values: ["one", "two"] });
    const received: string[] = [];
    for await (const value of receiver) received.push(value);
    expect(received).toEqual(["one", "two"]);
  });

  it("moves to a thread and receives there, what is queued first", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const [sender, receiver] = channel<string>();
    sender.send("queued");
    const received = address.ask({ type: "receive", receiver });
    sender.send("later");
    await address.started;
    sender.send("last");
    sender.drop();
    expect(await received).toEqual(["queued", "later", "last"]);
  });

  it("comes from a thread in a reply", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const { receiver } = await address.ask({ type: "channel" });
    const received: string[] = [];
    for await (const value of receiver) received.push(value);
    expect(received).toEqual(["a", "b"]);
  });

  it("is refused at the door if it cannot move, and stays usable", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const [sender, receiver] = mpmc.channel<string>();
    expect(() => address.tell({ type: "receive", receiver })).toThrow(/Cannot move/);
    sender.send("still here");
    expect(receiver.tryRecv()).toEqual({ ok: true, value: "still here" });
    sender.drop();
  });
});
