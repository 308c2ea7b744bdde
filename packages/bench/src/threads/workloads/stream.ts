/** One message after the other in one direction: as fast as a loop can, or some in each turn of the event loop. */
import type { Contender, Measured, Role, Target, Workload } from "../../runner/suite.ts";
import type { MediumName } from "../catalogue.ts";
import { isMedium, loadMedium } from "../catalogue.ts";
import { Expecting, Peer, sendAll } from "../exchange.ts";
import type { KindName } from "../messages.ts";
import { MESSAGE_KINDS } from "../messages.ts";

export const RAW = "raw MessageChannel";

interface Stream {
  readonly name: string;
  readonly title: string;
  readonly kind: KindName;
  /** Messages in one turn of the event loop. */
  readonly burst?: number;
  readonly total: number;
  readonly ours?: readonly MediumName[];
  readonly peers: readonly MediumName[];
  /** Of raw. */
  readonly atLeast: number;
}

const BATCHES: readonly MediumName[] = [RAW, "batches of 64", "batches of 1024"];

export const streams: readonly Workload[] = [
  ...bothWays({
    name: "object",
    title: "{ type, by, id }",
    kind: "object",
    total: 400_000,
    ours: ["pneumatic", "pneumatic for await", "pneumatic syncChannel(1024)"],
    peers: BATCHES,
    atLeast: 10,
  }),
  ...bothWays({ name: "int", title: "integers", kind: "int", total: 1_000_000, peers: BATCHES, atLeast: 13 }),
  ...bothWays({
    name: "order",
    title: "nested orders of 15 leaves",
    kind: "order",
    total: 100_000,
    peers: BATCHES,
    atLeast: 5,
  }),
  ...bothWays({
    name: "string",
    title: "strings of 1 KB",
    kind: "string",
    total: 100_000,
    peers: BATCHES,
    atLeast: 7,
  }),
  ...bothWays({
    name: "copy",
    title: "new buffers of 64 KB, copied",
    kind: "64 KB copy",
    total: 4000,
    peers: [RAW, "batches of 64"],
    atLeast: 1.1,
  }),
  ...bothWays({
    name: "transfer",
    title: "new buffers of 64 KB, transferred",
    kind: "64 KB transfer",
    total: 4000,
    peers: [RAW],
    atLeast: 0.9,
  }),
  ...bothWays({ name: "map", title: "maps of one entry", kind: "map", total: 50_000, peers: [RAW], atLeast: 0.9 }),
  ...bothWays({
    name: "burst-16",
    title: "bursts of 16 objects",
    kind: "object",
    burst: 16,
    total: 100_000,
    peers: [RAW],
    atLeast: 4,
  }),
  ...bothWays({
    name: "burst-1",
    title: "an object in each turn",
    kind: "object",
    burst: 1,
    total: 50_000,
    peers: [RAW],
    atLeast: 1.3,
  }),
];

function bothWays(stream: Stream): Workload[] {
  return [streamed(stream, true), streamed(stream, false)];
}

function streamed(stream: Stream, isToWorker: boolean): Workload {
  const { name, title, kind: kindName, total, burst = Number.POSITIVE_INFINITY, atLeast } = stream;
  const target: Target = { kind: "ratio", against: RAW, atLeast };
  return {
    name: `${name}-${isToWorker ? "to-worker" : "to-main"}`,
    title: `${title}, ${isToWorker ? "main to worker" : "worker to main"}`,
    contenders: [...contenders("ours", stream.ours ?? ["pneumatic"]), ...contenders("peer", stream.peers)],
    targets: [target],
    prepare: async (contender) => {
      if (!isMedium(contender)) throw new Error(`No contender "${contender}"`);
      const kind = MESSAGE_KINDS[kindName];
      const { wire, ports } = (await loadMedium(contender)).open(1);
      const peer = new Peer({ medium: contender, kind: kindName, sender: 0, port: ports[0]! });
      const expecting = new Expecting(kind);
      if (!isToWorker) wire.listen(expecting.receive);
      const run = async (size: number): Promise<Measured> => {
        await Promise.all(
          isToWorker
            ? [peer.does({ op: "expect", total: size }), sendAll(wire, kind, 0, size, burst)]
            : [expecting.expect(size), peer.does({ op: "send", total: size, burst })],
        );
        return { operations: size };
      };
      await run(total / 100); // how long the worker takes to start says nothing of a size that fits
      return { size: total, repeat: "scaled", run };
    },
  };
}

export function contenders(role: Role, names: readonly MediumName[]): Contender[] {
  return names.map((name) => ({ name, role }));
}
