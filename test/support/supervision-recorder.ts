/**
 * Actors under supervision that note what they do, and the rules that hold whatever the order: no two incarnations of one
 * overlap, a group starts in order and stops in reverse, messages are begun once and in order, and what belonged to an
 * incarnation that is over does nothing. What breaks a rule is kept in `broken`.
 */
import type { Address, ChildOptions, ChildSpec, ChildSpecs, SupervisorAddress } from "@pneumatic/actors";
import { child, implement, retry } from "@pneumatic/actors";
import type { Chance } from "./chance.ts";
import { pause } from "./explored.ts";

/** What a handler does with its message. */
export const DEEDS = ["play", "play", "slow", "fail", "failLater"] as const;
export type Deed = (typeof DEEDS)[number] | "leave";

export interface RecordedProtocol {
  play(payload: { n: number; deed: Deed }): number;
}
export type RecordedActor = Address<RecordedProtocol>;

const BAD = new Error("bad");

export class SupervisionRecorder {
  readonly broken: string[] = [];
  /** `start`, `up`, `stop` (the hook begins) and `gone` (it has ended), with the path. */
  readonly journal: string[] = [];
  /** The numbers of the messages that were begun, by path. */
  readonly begun = new Map<string, number[]>();
  /** The time of each start, by path. */
  readonly startedAt = new Map<string, number[]>();
  readonly #chance: Chance;
  readonly #doing = new Map<string, "starting" | "up" | "stopping" | "over">();
  /** Who starts and stops in order: all of one group, by each of its paths. */
  readonly #groups = new Map<string, readonly string[]>();
  readonly #now: () => number;

  /** How often, of ten times, something takes time. */
  slowness = 3;
  /** Whether somebody may kill, which waits for no hook: the next incarnation starts while one is still at work. */
  kills = false;
  /** How many of the next starts of a path fail. */
  readonly failing = new Map<string, number>();

  constructor(chance: Chance, now: () => number = () => 0) {
    this.#chance = chance;
    this.#now = now;
  }

  /** From now on, the members of a group must start in this order, and stop in reverse. */
  group(paths: readonly string[]): void {
    for (const path of paths) this.#groups.set(path, paths);
  }

  does(path: string): string {
    return this.#doing.get(path) ?? "nothing";
  }

  childSpec(options: ChildOptions = {}): ChildSpec<RecordedProtocol> {
    return child(this.definition(typeof options.poison === "object"), options);
  }

  definition(retries = false) {
    return implement<RecordedProtocol>()({
      name: "player",
      state: (_: undefined, { path, signal }) => {
        this.#starts(path);
        const made = { isOver: false };
        signal.addEventListener("abort", () => {
          made.isOver = true;
          this.#doing.set(path, "over");
        });
        const left = this.failing.get(path) ?? 0;
        this.failing.set(path, left - 1);
        if (left > 0) throw BAD;
        return this.#slowly(made);
      },
      started: ({ path, state }) => {
        const started = this.#slowly(state);
        if (!(started instanceof Promise)) return this.#isUp(path, state);
        return started.then(() => this.#isUp(path, state));
      },
      on: {
        play: (context, { n, deed }) => {
          const { path, attempt, state, sleep } = context;
          this.#begins(path, n, attempt, retries, state.isOver);
          switch (deed) {
            case "fail":
              throw BAD;
            case "failLater":
              return sleep(this.#chance.below(20)).then(() => Promise.reject(BAD));
            case "slow":
              return sleep(this.#chance.below(20)).then(() => {
                if (state.isOver) this.broken.push(`${path} goes on with ${n} after its end`);
                return n;
              });
            case "leave":
              context.stop();
              return n;
            case "play":
              return n;
          }
        },
      },
      stopped: async ({ path }, reason) => {
        this.#stops(path, reason.kind);
        if (this.#chance.below(10) < this.slowness) await pause(this.#chance.below(20));
        this.journal.push(`gone ${path}`);
        if (this.#doing.get(path) === "stopping") this.#doing.set(path, "over");
      },
    });
  }

  #isUp(path: string, { isOver }: { readonly isOver: boolean }): void {
    if (isOver) return; // it was killed meanwhile
    this.journal.push(`up ${path}`);
    this.#doing.set(path, "up");
  }

  #slowly<T>(made: T): T | Promise<T> {
    return this.#chance.below(10) < this.slowness ? pause(this.#chance.below(20)).then(() => made) : made;
  }

  #starts(path: string): void {
    const doing = this.#doing.get(path);
    if (this.#isBusy(path)) this.broken.push(`${path} starts while it is ${doing}`);
    this.#doing.set(path, "starting");
    this.journal.push(`start ${path}`);
    this.startedAt.set(path, [...(this.startedAt.get(path) ?? []), this.#now()]);
    const group = this.#groups.get(path) ?? [];
    for (const [at, other] of group.entries()) {
      const does = this.#doing.get(other);
      if (at < group.indexOf(path) && (does === "starting" || (does === undefined && !this.kills)))
        this.broken.push(`${path} starts while ${other} is ${does ?? "not begun"}`);
      if (at > group.indexOf(path) && this.#isBusy(other)) this.broken.push(`${path} starts with ${other} ${does}`);
    }
  }

  #isBusy(path: string): boolean {
    const does = this.#doing.get(path);
    return does === "starting" || does === "up" || (does === "stopping" && !this.kills);
  }

  #begins(path: string, n: number, attempt: number, retries: boolean, isOver: boolean): void {
    const begun = this.begun.get(path) ?? [];
    this.begun.set(path, begun);
    const last = begun.at(-1) ?? -1;
    if (isOver || this.#doing.get(path) !== "up") this.broken.push(`${path} plays ${n} while ${this.does(path)}`);
    if (attempt > (retries ? 2 : 1)) this.broken.push(`${path} plays ${n} the ${attempt}th time`);
    if (n === last && attempt === 2) return;
    if (n <= last || attempt !== 1) this.broken.push(`${path} plays ${n} after ${last} (attempt ${attempt})`);
    begun.push(n);
  }

  #stops(path: string, why: string): void {
    this.journal.push(`stop ${path}`);
    this.#doing.set(path, "stopping");
    const group = this.#groups.get(path) ?? [];
    for (const later of group.slice(group.indexOf(path) + 1)) {
      const does = this.#doing.get(later);
      if (why === "shutdown" && this.#isBusy(later)) this.broken.push(`${path} is stopped with ${later} ${does}`);
    }
  }
}

export const OFTEN = { restarts: 1000, withinMs: 1_000_000 } as const;
export const AT_ONCE = { backoff: { initialMs: 0 } } as const;
export const RETRIED = { ...AT_ONCE, poison: retry(1) } as const;

/** The child of that id, for tests that know the tree better than its type does. */
export function recordedChild(top: SupervisorAddress, id: string): RecordedActor {
  return (top as SupervisorAddress<Record<string, ChildSpec<RecordedProtocol>>>).child(id);
}

export function supervisorOf(top: SupervisorAddress, id: string): SupervisorAddress {
  return top.child(id) as unknown as SupervisorAddress<ChildSpecs>;
}
