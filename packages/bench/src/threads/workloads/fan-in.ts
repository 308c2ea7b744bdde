/** Four workers that send to the main thread at once. Ours is one channel. */
import type { Measured, Workload } from "../../runner/suite.ts";
import { WrongResultError } from "../../runner/suite.ts";
import { isMedium, loadMedium } from "../catalogue.ts";
import { Peer } from "../exchange.ts";
import type { Small } from "../messages.ts";
import { contenders, RAW } from "./stream.ts";

const WORKERS = 4;
const TOTAL = 400_000;

export const fanIn: Workload = {
  name: "fan-in-4",
  title: "objects of 4 workers to main",
  contenders: [...contenders("ours", ["pneumatic"]), ...contenders("peer", [RAW, "batches of 64", "batches of 1024"])],
  targets: [{ kind: "ratio", against: RAW, atLeast: 10 }],
  prepare: async (contender) => {
    if (!isMedium(contender)) throw new Error(`No contender "${contender}"`);
    const { wire, ports } = (await loadMedium(contender)).open(WORKERS);
    const peers = ports.map((port, sender) => new Peer({ medium: contender, kind: "object", sender, port }));
    const next = new Int32Array(WORKERS);
    let left = 0;
    let arrived = () => {};
    wire.listen((message) => {
      const { by, id } = message as Small;
      if (next[by]!++ !== id) throw new WrongResultError(`worker ${by} sent ${id} out of order`);
      if (--left === 0) arrived();
    });
    const run = async (size: number): Promise<Measured> => {
      const each = Math.ceil(size / WORKERS);
      next.fill(0);
      left = each * WORKERS;
      const all = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const sent = peers.map((peer) => peer.does({ op: "send", total: each, burst: Number.POSITIVE_INFINITY }));
      await Promise.all([all, ...sent]);
      return { operations: each * WORKERS };
    };
    await run(TOTAL / 100); // until all workers have started
    return { size: TOTAL, repeat: "scaled", run };
  },
};
