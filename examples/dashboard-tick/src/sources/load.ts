/** A timer as a source: how busy the machine is, now and at every tick. */
import { freemem, loadavg, totalmem } from "node:os";
import { tick } from "@pneumatic/core";
import type { Load } from "../events.ts";
import type { Source } from "../source.ts";
import { whenStopped } from "../source.ts";

export function load(everyMs: number, measure: () => Load = measureMachine): Source {
  return async (events, stop) => {
    events.send({ type: "load", load: measure() });
    const ticks = tick(everyMs);
    whenStopped(stop, () => ticks.close()); // which ends the loop
    for await (const _due of ticks) events.send({ type: "load", load: measure() });
  };
}

function measureMachine(): Load {
  const [processes = 0] = loadavg();
  return { processes, memory: 1 - freemem() / totalmem() };
}
