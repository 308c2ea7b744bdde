/** Actors whose starts and stops a test delays, breaks and notes: what a supervisor does with its children. */
import type { Address, ChildSpec, ChildSpecs, ProtocolOf, SupervisorAddress } from "@pneumatic/actors";
import { actor } from "@pneumatic/actors";
import type { Gate } from "./gate.ts";
import { gate } from "./gate.ts";

export const BAD = new Error("bad");

/** What everyone on it does is noted in `steps`, in order. */
export class ChildRecorder {
  /** `start x`, `started x`, `put x n`, `stopping x reason`, `stopped x`. */
  readonly steps: string[] = [];
  /** How many of the next starts of an actor fail. */
  readonly failing = new Map<string, number>();
  readonly #starts = new Map<string, Gate>();
  readonly #stops = new Map<string, Gate>();
  readonly #waits = new Map<string, Gate>();

  /** From now on, `name` starts only when the gate opens. */
  slowStart(name: string): Gate {
    return put(this.#starts, name);
  }

  /** From now on, the `stopped` hook of `name` ends only when the gate opens. */
  slowStop(name: string): Gate {
    return put(this.#stops, name);
  }

  /** The gate that `name` awaits when it is told `hold`. */
  waitOf(name: string): Gate {
    return this.#waits.get(name) ?? put(this.#waits, name);
  }

  /** The steps since the last call. */
  takeSteps(): string[] {
    return this.steps.splice(0);
  }

  /** The steps since the last call, without those that are under way. */
  done(): string[] {
    return this.takeSteps().filter((step) => !/^(start|stopping) /.test(step));
  }

  definition(name: string) {
    return actor({
      state: (_: undefined, { generation }) => {
        this.steps.push(`start ${name}`);
        const left = this.failing.get(name) ?? 0;
        this.failing.set(name, left - 1);
        if (left > 0) throw BAD;
        const wait = this.#starts.get(name);
        return wait === undefined ? { generation } : wait.promise.then(() => ({ generation }));
      },
      started: () => {
        this.steps.push(`started ${name}`);
      },
      on: {
        fail: () => {
          throw BAD;
        },
        end: (context) => context.stop(),
        get: ({ generation }) => generation,
        hold: () => this.waitOf(name).promise,
        put: (_, { n }: { n: number }) => {
          this.steps.push(`put ${name} ${n}`);
        },
      },
      stopped: async (_, reason) => {
        this.steps.push(`stopping ${name} ${reason.kind}`);
        await this.#stops.get(name)?.promise;
        this.steps.push(`stopped ${name}`);
      },
    });
  }
}

export type RecordedChild = Address<ProtocolOf<ReturnType<ChildRecorder["definition"]>>>;

/** The child of that id, for tests that know the tree better than its type does. */
export function recordedChild(top: SupervisorAddress, id: string): RecordedChild {
  return (
    top as SupervisorAddress<Record<string, ChildSpec<ProtocolOf<ReturnType<ChildRecorder["definition"]>>>>>
  ).child(id);
}

export function supervisorOf(top: SupervisorAddress, id: string): SupervisorAddress {
  return top.child(id) as unknown as SupervisorAddress<ChildSpecs>;
}

function put(gates: Map<string, Gate>, name: string): Gate {
  const made = gate();
  gates.set(name, made);
  return made;
}
