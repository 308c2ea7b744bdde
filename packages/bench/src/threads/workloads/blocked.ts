/**
 * What a consumer that stands still costs its sender: the main thread sends to a worker that is blocked, until it has to wait. The
 * figure is that of sends; the memory is the resident set, of which the least of some looks is taken.
 */
import { turn } from "../../runner/clock.ts";
import type { Workload } from "../../runner/suite.ts";
import { WrongResultError } from "../../runner/suite.ts";
import { isMedium, loadMedium } from "../catalogue.ts";
import { Peer, sendAll } from "../exchange.ts";
import { MESSAGE_KINDS } from "../messages.ts";
import { contenders, RAW } from "./stream.ts";

const WARM_UP = 2000;
const MESSAGES = 500_000;
const GROWN = "MB grown";

export const blocked: Workload = {
  name: "blocked",
  title: "up to 500k objects sent to a worker that is blocked",
  contenders: [...contenders("ours", ["pneumatic syncChannel(1024)", "pneumatic"]), ...contenders("peer", [RAW])],
  targets: [{ kind: "bound", measure: GROWN, atMost: 8 }],
  nodeFlags: ["--expose-gc"],
  prepare: async (contender) => {
    if (!isMedium(contender)) throw new Error(`No contender "${contender}"`);
    const kind = MESSAGE_KINDS.object;
    const { wire, ports } = (await loadMedium(contender)).open(1);
    const peer = new Peer({ medium: contender, kind: "object", sender: 0, port: ports[0]! });
    const isBounded = contender.includes("syncChannel");
    await Promise.all([sendAll(wire, kind, 0, WARM_UP, WARM_UP), peer.does({ op: "expect", total: WARM_UP })]);
    return {
      size: MESSAGES,
      repeat: "once",
      run: async (messages) => {
        const word = new Int32Array(new SharedArrayBuffer(4));
        const unblocked = peer.does({ op: "block", word });
        const before = await residentMegabytes();
        let sent = 0;
        while (sent < messages && wire.send(kind.make(sent, 0)) === undefined) sent++;
        if (isBounded !== sent < messages) throw new WrongResultError(`sent ${sent}`);
        const grown = (await residentMegabytes()) - before;
        Atomics.store(word, 0, 1);
        Atomics.notify(word, 0);
        await unblocked;
        return { operations: sent, extra: { [GROWN]: Math.max(0, grown) } };
      },
    };
  },
};

async function residentMegabytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 3; look++) {
    globalThis.gc?.();
    await turn();
    least = Math.min(least, process.memoryUsage.rss() / 2 ** 20);
  }
  return least;
}
