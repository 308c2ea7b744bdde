/** The programs in which two sides wait for each other: select, rendezvous, requests, permits. */
import { channel, syncChannel } from "@pneumatic/core";
import { describe, expect, it } from "vitest";
import { makeOnDemand, takeSome } from "../../../examples/channels/src/permit.ts";
import type { Request } from "../../../examples/channels/src/request-reply.ts";
import { ask, serveNumbers } from "../../../examples/channels/src/request-reply.ts";
import { serveUntilQuit } from "../../../examples/channels/src/select-quit.ts";
import { relay } from "../../../examples/channels/src/synchronous-channels.ts";
import { rejection } from "../../support/gate.ts";
import { flush, isPending } from "../../support/pending.ts";
import { kindOf } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

describe("serveUntilQuit", () => {
  it("handles jobs as they come and ends with them", async () => {
    const [jobs, rx] = channel<number>();
    const [quit, stop] = channel<never>();
    const handled: number[] = [];
    const served = serveUntilQuit(rx, stop, (job) => handled.push(job));
    for (const job of [1, 2, 3]) {
      jobs.send(job);
      await flush();
    }
    expect(handled).toEqual([1, 2, 3]);
    jobs.drop();
    expect(await served).toEqual({ ended: "job", left: [] });
    quit.drop();
  });

  it("prefers to quit over a job that is there, and says what is left", async () => {
    for (let round = 0; round < 20; round++) {
      const [jobs, rx] = channel<number>();
      const [quit, stop] = channel<never>();
      for (const job of [1, 2, 3]) jobs.send(job);
      const served = serveUntilQuit(rx, stop, (job) => (job === 1 ? quit.drop() : undefined));
      expect(await served).toEqual({ ended: "quit", left: [2, 3] });
      expect(jobs.isDisconnected).toBe(true);
      jobs.drop();
    }
  });

  it("quits while it waits for a job", async () => {
    const [jobs, rx] = channel<number>();
    const [quit, stop] = channel<never>();
    const served = serveUntilQuit(rx, stop, () => {});
    expect(await isPending(served)).toBe(true);
    quit.drop();
    expect(await served).toEqual({ ended: "quit", left: [] });
    jobs.drop();
  });
});

describe("relay", () => {
  it.each([1, 2, 5, 100])("runs %i laps in turns, and both runners stop", async (laps) => {
    const lines: string[] = [];
    await relay(laps, (line) => lines.push(line));
    const expected = Array.from({ length: laps }, (_, n) => `${n % 2 === 0 ? "ann" : "bob"} runs lap ${n + 1}`);
    expect(lines).toEqual(expected);
  });
});

describe("a server of numbers", () => {
  it("replies to who asked, and says by a disconnected reply that there is none", async () => {
    const [server, requests] = channel<Request>();
    const served = serveNumbers(requests);
    server.send({ type: "set", key: "a", value: 1 });
    server.send({ type: "set", key: "b", value: 2 });
    const [a, b, c] = await Promise.all([ask(server, "a", 1000), ask(server, "b", 1000), ask(server, "c", 1000)]);
    expect(a).toEqual({ ok: true, value: 1 });
    expect(b).toEqual({ ok: true, value: 2 });
    expect(kindOf(c)).toBe("disconnected");
    server.drop();
    expect(await served).toBe(5);
  });

  it("is asked in vain when it is gone, and for a limited time when it does not answer", async () => {
    using clock = installClock();
    const [server, requests] = channel<Request>();
    const late = ask(server, "a", 1000);
    await flush();
    clock.advance(1000);
    expect(kindOf(await late)).toBe("timeout");
    const request = requests.tryRecv();
    const wanted = request.ok && request.value.type === "get" && !request.value.reply.isDisconnected;
    expect(wanted).toBe(false);
    requests.drop();
    expect(kindOf(await ask(server, "a", 1000))).toBe("disconnected");
    expect(clock.pending).toBe(0);
    server.drop();
  });
});

describe("makeOnDemand", () => {
  it("makes nothing while there is no room, and one thing when there is", async () => {
    const [tx, rx] = syncChannel<number>(2);
    let begun = 0;
    const made = makeOnDemand(tx, async (n) => {
      begun++;
      return n;
    });
    await flush();
    expect(begun).toBe(2);
    expect(await rx.recv()).toEqual({ ok: true, value: 1 });
    await flush();
    expect(begun).toBe(3);
    rx.drop();
    expect(await made).toBe(3);
  });

  it("gives its slot back and drops its sender when making fails", async () => {
    const [tx, rx] = syncChannel<number>(1);
    const other = tx.clone();
    expect(await rejection(makeOnDemand(tx, () => Promise.reject(new Error("cannot make it"))))).toMatchObject({
      message: "cannot make it",
    });
    expect(other.available).toBe(1);
    other.drop();
    expect(await takeSome(rx, 1)).toEqual([]);
  });

  it("stops when what it makes is not wanted any more", async () => {
    const [tx, rx] = syncChannel<number>(1);
    const [made, taken] = await Promise.all([makeOnDemand(tx, async (n) => n), takeSome(rx, 10)]);
    expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(made).toBeLessThanOrEqual(12);
  });
});
