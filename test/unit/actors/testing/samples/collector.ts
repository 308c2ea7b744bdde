/**
 * A shutdown that forgets a queue: a collector gathers measurements and writes them in batches. A batch that the disk had no
 * room for waits for a second try. At the end the collector writes what it has gathered, and forgets what waits.
 */
import type { Address, Context } from "@pneumatic/actors";
import { actor, bounded, implement } from "@pneumatic/actors";
import type { Fault, Scenario } from "@pneumatic/actors/testing";

interface Disk {
  write(payload: { batch: readonly number[] }): void;
  written(): number;
}
interface Collector {
  measured(payload: { value: number }): void;
  retry(): void;
}

const disk = actor({
  state: () => ({ written: 0 }),
  on: {
    write: ({ state }, { batch }: { batch: readonly number[] }) => {
      state.written += batch.length;
    },
    written: ({ state }) => state.written,
  },
});

interface Collected {
  readonly disk: Address<Disk>;
  readonly gathered: number[];
  /** What the disk had no room for. */
  readonly refused: (readonly number[])[];
}

function write({ state, timers }: Context<Collected, Collector>, batch: readonly number[]): void {
  if (state.disk.trySend({ type: "write", batch }).ok) return;
  state.refused.push(batch);
  timers.after("retry", 1000, { type: "retry" });
}

const on = {
  measured: (context: Context<Collected, Collector>, { value }: { value: number }) => {
    const { gathered } = context.state;
    gathered.push(value);
    if (gathered.length === 2) write(context, gathered.splice(0));
  },
  retry: (context: Context<Collected, Collector>) => {
    for (const batch of context.state.refused.splice(0)) write(context, batch);
  },
};

const state = (disk: Address<Disk>): Collected => ({ disk, gathered: [], refused: [] });

/** The timer that would try again goes with the actor. */
export const hurriedCollector = implement<Collector>()({
  state,
  on,
  stopped: async ({ state }) => {
    await state.disk.send({ type: "write", batch: state.gathered });
  },
});

/** Everything that the state still holds is written, and `send` awaits room for it. */
export const patientCollector = implement<Collector>()({
  state,
  on,
  stopped: async ({ state }) => {
    for (const batch of [...state.refused, state.gathered]) await state.disk.send({ type: "write", batch });
  },
});

/** Now and then the disk has no room. */
export const busyDisk: readonly Fault[] = [{ kind: "full", actor: "/disk", message: "write", chance: 0.1 }];

/** Five values are measured, and nobody needs the collector any more: all of them are written. */
export function measurements(collector: typeof hurriedCollector): Scenario {
  return async (system) => {
    using drive = system.spawn(disk, { name: "disk", mailbox: bounded(4) });
    const address = system.spawn(collector, { name: "collector", args: drive.clone() });
    for (const value of [1, 2, 3, 4, 5]) address.tell({ type: "measured", value });
    address.drop();
    await address.exited;
    const written = await drive.ask({ type: "written" });
    if (written !== 5) throw new Error(`${written} of 5 values are written`);
  };
}
