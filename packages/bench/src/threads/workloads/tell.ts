/** Messages to an actor on a thread that counts them; the last is a question for their number. */
import type { Workload } from "../../runner/suite.ts";
import { WrongResultError } from "../../runner/suite.ts";
import { streams } from "./stream.ts";

const ACTOR = "pneumatic actor";
const stream = streams.find(({ name }) => name === "object-to-worker");

/** What the others do is the stream of objects. */
export const tell: Workload = {
  name: "tell",
  title: "{ type, id } to an actor on a thread; the others send objects to a worker",
  contenders: [{ name: ACTOR, role: "ours" }, ...(stream?.contenders ?? []).filter(({ role }) => role === "peer")],
  targets: [],
  prepare: async (contender) => {
    if (contender !== ACTOR && stream !== undefined) return stream.prepare(contender);
    const { openSystem, spawnEchoing } = await import("../callers/actor.ts");
    const address = spawnEchoing(openSystem(), "shared");
    await address.started;
    return {
      size: 100_000,
      repeat: "scaled",
      run: async (size) => {
        for (let id = 0; id < size; id++) address.tell({ type: "count", id });
        const counted = await address.ask({ type: "counted" }, { timeout: Number.POSITIVE_INFINITY });
        if (counted !== size) throw new WrongResultError(`handled ${counted} of ${size}`);
        return { operations: size };
      },
    };
  },
};
