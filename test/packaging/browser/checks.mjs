/**
 * What core must do wherever it runs: plain JavaScript that is shipped to a browser as it is.
 */
import * as core from "@pneumatic/core";
import { useClock } from "@pneumatic/core/testing";

const { channel, syncChannel, unwrap } = core;

function equal(actual, expected) {
  const [is, wanted] = [actual, expected].map((value) => JSON.stringify(value) ?? String(value));
  if (is !== wanted) throw new Error(`expected ${wanted}, got ${is}`);
}

async function all(receiver) {
  const values = [];
  for await (const value of receiver) values.push(value);
  return values;
}

/** Which of two comes first: `"settled"`, or `"pending"` when a task of the event loop does. */
function stateOf(promise) {
  const { port1, port2 } = new MessageChannel();
  const turn = new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve("pending");
    };
  });
  port2.postMessage(undefined);
  return Promise.race([promise.then(() => "settled"), turn]);
}

function virtualClock() {
  const timers = new Map();
  let now = 0;
  let last = 0;
  return {
    now: () => now,
    setTimeout(run, ms) {
      timers.set(++last, { run, at: now + ms });
      return last;
    },
    clearTimeout: (timer) => timers.delete(timer),
    advance(ms) {
      now += ms;
      for (const [timer, { run, at }] of [...timers]) {
        if (at <= now && timers.delete(timer)) run();
      }
    },
  };
}

async function withClock(run) {
  const clock = virtualClock();
  const replaced = useClock(clock);
  try {
    await run(clock);
  } finally {
    replaced[Symbol.dispose]();
  }
}

export const checks = [
  {
    title: "an unbounded channel keeps the order of its senders and ends when they are dropped",
    async run() {
      const [tx, rx] = channel();
      const other = tx.clone();
      tx.send(1);
      other.send(2);
      tx.send(3);
      tx.drop();
      other.drop();
      equal(await all(rx), [1, 2, 3]);
      equal((await rx.recv()).error.kind, "disconnected");
    },
  },
  {
    title: "a sender waits for room in a full channel",
    async run() {
      const [tx, rx] = syncChannel(1);
      unwrap(await tx.send(1));
      equal(tx.trySend(2).error.kind, "full");
      const waiting = tx.send(3);
      equal(await stateOf(waiting), "pending");
      equal(unwrap(await rx.recv()), 1);
      unwrap(await waiting);
      equal(unwrap(await rx.recv()), 3);
    },
  },
  {
    title: "a rendezvous completes a send when its value is taken",
    async run() {
      const [tx, rx] = syncChannel(0);
      equal(tx.trySend("nobody waits").ok, false);
      const sent = tx.send("handed over");
      equal(await stateOf(sent), "pending");
      equal(unwrap(await rx.recv()), "handed over");
      unwrap(await sent);
    },
  },
  {
    title: "recvTimeout ends on the clock of the platform",
    async run() {
      const [, rx] = channel();
      equal((await rx.recvTimeout(1)).error.kind, "timeout");
    },
  },
  {
    title: "recvTimeout ends on a clock that replaces it, not before",
    run: () =>
      withClock(async (clock) => {
        const [tx, rx] = channel();
        const late = rx.recvTimeout(60_000);
        clock.advance(59_999);
        equal(await stateOf(late), "pending");
        clock.advance(1);
        equal((await late).error.kind, "timeout");
        tx.send("still there");
        equal(unwrap(await rx.recv()), "still there");
      }),
  },
  {
    title: "an aborted receive rejects with the reason of its signal and takes nothing",
    async run() {
      const [tx, rx] = channel();
      const controller = new AbortController();
      const aborted = rx.recv({ signal: controller.signal });
      controller.abort("enough");
      equal(await aborted.catch((reason) => reason), "enough");
      tx.send(1);
      equal(unwrap(rx.tryRecv()), 1);
    },
  },
  {
    title: "a loop that is left keeps the rest",
    async run() {
      const [tx, rx] = channel();
      for (const n of [1, 2, 3]) tx.send(n);
      for await (const n of rx) if (n === 2) break;
      tx.drop();
      equal(await all(rx), [3]);
    },
  },
  {
    title: "a weak sender keeps no channel alive",
    async run() {
      const [tx, rx] = channel();
      const weak = tx.downgrade();
      const strong = weak.upgrade();
      tx.drop();
      strong.send(1);
      strong.drop();
      equal(weak.upgrade() === undefined, true);
      equal(await all(rx), [1]);
    },
  },
  {
    title: "a dropped receiver disconnects its senders and gives the value back",
    async run() {
      const [tx, rx] = channel();
      const closed = tx.closed();
      rx.drop();
      await closed;
      equal(tx.isDisconnected, true);
      const { error } = tx.send("mine");
      equal([error.kind, error.value], ["disconnected", "mine"]);
      equal(error instanceof core.SendError && error instanceof Error, true);
    },
  },
  {
    title: "use after drop throws",
    async run() {
      const [tx] = channel();
      tx.drop();
      let thrown;
      try {
        tx.send(1);
      } catch (error) {
        thrown = error;
      }
      equal(thrown instanceof core.UseAfterDropError, true);
    },
  },
  {
    title: "a loop that is always ready leaves a timer its turn",
    async run() {
      const [tx, rx] = syncChannel(1);
      let fired = false;
      setTimeout(() => {
        fired = true;
      }, 0);
      const begin = performance.now();
      await tx.send(0);
      for await (const n of rx) {
        if (fired) return;
        if (performance.now() - begin > 250) throw new Error(`the timer had no turn in ${n} rounds`);
        await tx.send(n + 1);
      }
    },
  },
  {
    title: "select takes the arm that is ready",
    async run() {
      const [first, idle] = channel();
      const [tx, ready] = channel();
      const selected = core.select({ idle, ready });
      equal(await stateOf(selected), "pending");
      tx.send(7);
      const { arm, result } = await selected;
      equal([arm, unwrap(result)], ["ready", 7]);
      first.send(8);
      equal(unwrap(idle.tryRecv()), 8);
    },
  },
  {
    title: "after becomes ready once its time has passed, and never does not",
    run: () =>
      withClock(async (clock) => {
        const selected = core.select({ late: core.after(1000), never: core.never() });
        clock.advance(999);
        equal(await stateOf(selected), "pending");
        clock.advance(1);
        equal((await selected).arm, "late");
      }),
  },
  {
    title: "tick becomes ready again and again",
    run: () =>
      withClock(async (clock) => {
        const ticks = core.tick(100);
        for (let n = 0; n < 3; n++) {
          const next = ticks.recv();
          equal(await stateOf(next), "pending");
          clock.advance(100);
          equal((await next).ok, true);
        }
        ticks.drop();
      }),
  },
  {
    title: "a oneshot delivers its value",
    async run() {
      const [tx, rx] = core.oneshot();
      const received = rx.recv();
      unwrap(tx.send("once"));
      equal(unwrap(await received), "once");
    },
  },
  {
    title: "the receivers of an mpmc channel share its values",
    async run() {
      const [tx, rx] = core.mpmc.channel();
      const other = rx.clone();
      tx.send(1);
      tx.send(2);
      tx.drop();
      equal([unwrap(await rx.recv()), unwrap(await other.recv())], [1, 2]);
      equal([(await rx.recv()).ok, (await other.recv()).ok], [false, false]);
    },
  },
  {
    title: "a permit holds a place until it is used",
    async run() {
      const [tx, rx] = syncChannel(1);
      const permit = unwrap(await tx.reserve());
      equal([tx.available, tx.trySend("no room").ok], [0, false]);
      unwrap(permit.send("reserved"));
      equal(unwrap(await rx.recv()), "reserved");
    },
  },
  {
    title: "recvMany takes up to its limit",
    async run() {
      const [tx, rx] = channel();
      for (const n of [1, 2, 3]) tx.send(n);
      const into = [];
      equal([await rx.recvMany(into, 2), into], [2, [1, 2]]);
      tx.drop();
      equal([await rx.recvMany(into, 2), await rx.recvMany(into, 2), into], [1, 0, [1, 2, 3]]);
    },
  },
  {
    title: "drain takes what is there",
    async run() {
      const [tx, rx] = channel();
      for (const n of [1, 2]) tx.send(n);
      equal([rx.drain(), rx.length], [[1, 2], 0]);
    },
  },
  {
    title: "streams carry a channel to a channel",
    async run() {
      const [tx, source] = core.channel();
      const [sink, rx] = core.syncChannel(1);
      for (const n of [1, 2, 3]) tx.send(n);
      tx.drop();
      const piped = core.toReadableStream(source).pipeTo(core.toWritableStream(sink));
      equal(await all(rx), [1, 2, 3]);
      await piped;
    },
  },
];
