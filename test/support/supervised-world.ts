/**
 * A tree of supervisors over actors that note what they do, and the rules that hold at any time: no two incarnations of one
 * actor overlap, groups start in order, and messages are handled at most once (unless they are retried) in their order.
 * What breaks a rule is kept in `broken`.
 */
import type { ChildSpec, ChildSpecs, ExitReason, Restart, Strategy, SupervisorSpec } from "@pneumatic/actors";
import { actor, child, retry, supervisor } from "@pneumatic/actors";
import type { Gate } from "./gate.ts";
import { gate } from "./gate.ts";

export interface LeafPlan {
  readonly restart: Restart;
  readonly retries: boolean;
  readonly backoff: boolean;
  readonly slowStart: boolean;
}

export interface GroupPlan {
  readonly strategy: Strategy;
  readonly restarts: number;
  readonly children: readonly (LeafPlan | GroupPlan)[];
}

export const WITHIN_MS = 100;
export const SHUTDOWN_MS = 20;
const BAD = new Error("bad");

/** How the next starts and stops of an actor go. */
export interface Mood {
  failing: number;
  slowStart: boolean;
  slowStop: boolean;
}

type Doing = "starting" | "up" | "over";

export function isGroup(plan: LeafPlan | GroupPlan): plan is GroupPlan {
  return "children" in plan;
}

export class SupervisedWorld {
  readonly broken: string[] = [];
  readonly moods = new Map<string, Mood>();
  readonly #doing = new Map<string, Doing>();
  /** The last message each has begun. */
  readonly #last = new Map<string, number>();
  /** Who starts in order: the group and the place in it. */
  readonly #places = new Map<string, { readonly group: readonly string[]; readonly at: number }>();
  #gates: Gate[] = [];
  #exits = new Map<object, number>();

  mood(path: string): Mood {
    let mood = this.moods.get(path);
    if (mood === undefined) {
      mood = { failing: 0, slowStart: false, slowStop: false };
      this.moods.set(path, mood);
    }
    return mood;
  }

  openAll(): void {
    for (const { open } of this.#gates.splice(0)) open();
  }

  isUp(path: string): boolean {
    return this.#doing.get(path) === "up";
  }

  get paths(): string[] {
    return [...this.#doing.keys()];
  }

  /** Watches an exit; says how often each has settled, by its handle. */
  watch(handle: { readonly exited: Promise<ExitReason> }): void {
    if (this.#exits.has(handle)) return;
    this.#exits.set(handle, 0);
    void handle.exited.then(() => this.#exits.set(handle, (this.#exits.get(handle) ?? 0) + 1));
  }

  hasExited(handle: object): boolean {
    return this.#exits.get(handle) === 1;
  }

  specOf(plan: GroupPlan, path: string): SupervisorSpec {
    const children: Record<string, ChildSpec<unknown> | SupervisorSpec> = {};
    const paths = plan.children.map((_, at) => `${path}/${idAt(at)}`);
    for (const [at, each] of plan.children.entries()) {
      const own = paths[at] as string;
      if (plan.strategy !== "one_for_one") this.#places.set(own, { group: paths, at });
      children[idAt(at)] = isGroup(each) ? this.specOf(each, own) : this.leaf(each);
      if (!isGroup(each)) this.mood(own).slowStart = each.slowStart;
    }
    const intensity = { restarts: plan.restarts, withinMs: WITHIN_MS };
    return supervisor({ strategy: plan.strategy, intensity, children: children as ChildSpecs });
  }

  /** Not in the order of its group any more: it was started on its own. */
  startedAlone(path: string): void {
    this.#places.delete(path);
  }

  leaf({ restart, retries, backoff }: LeafPlan): ChildSpec<unknown> {
    return child(this.#definition(retries), {
      restart,
      shutdownMs: SHUTDOWN_MS,
      backoff: { initialMs: backoff ? 10 : 0 },
      ...(retries ? { poison: retry(1) } : {}),
    });
  }

  #definition(retries: boolean) {
    return actor({
      state: (_: undefined, { path, signal }) => {
        this.#begins(path);
        signal.addEventListener("abort", () => this.#doing.set(path, "over"));
        const mood = this.mood(path);
        if (mood.failing > 0) {
          mood.failing--;
          this.#doing.set(path, "over");
          throw BAD;
        }
        return mood.slowStart ? this.#wait() : undefined;
      },
      started: ({ path }) => {
        this.#doing.set(path, "up");
      },
      on: {
        put: ({ path, attempt }, { n }: { n: number }) => this.#handles(path, n, attempt, retries),
        fail: ({ path, attempt }, { n }: { n: number }) => {
          this.#handles(path, n, attempt, retries);
          throw BAD;
        },
        failLater: async ({ path, attempt }, { n }: { n: number }) => {
          this.#handles(path, n, attempt, retries);
          await Promise.resolve();
          throw BAD;
        },
        end: ({ path, attempt, stop }, { n }: { n: number }) => {
          this.#handles(path, n, attempt, retries);
          stop();
        },
        hold: ({ path, attempt }, { n }: { n: number }) => {
          this.#handles(path, n, attempt, retries);
          return this.#wait();
        },
      },
      stopped: ({ path }) => (this.mood(path).slowStop ? this.#wait() : undefined),
    });
  }

  #wait(): Promise<void> {
    const made = gate();
    this.#gates.push(made);
    return made.promise;
  }

  #begins(path: string): void {
    const doing = this.#doing.get(path);
    if (doing === "starting" || doing === "up") this.broken.push(`${path} starts while it is ${doing}`);
    this.#doing.set(path, "starting");
    const place = this.#places.get(path);
    for (const [at, other] of (place?.group ?? []).entries()) {
      const does = this.#doing.get(other);
      if (place === undefined || other === path || !this.#places.has(other)) continue;
      if (at < place.at && does === "starting") this.broken.push(`${path} starts while ${other} starts`);
      if (at > place.at && (does === "starting" || does === "up"))
        this.broken.push(`${path} starts with ${other} ${does}`);
    }
  }

  #handles(path: string, n: number, attempt: number, retries: boolean): void {
    if (this.#doing.get(path) !== "up") this.broken.push(`${path} handles ${n} while it is ${this.#doing.get(path)}`);
    const last = this.#last.get(path) ?? -1;
    if (n < last || (n === last && !(retries && attempt === 2))) this.broken.push(`${path} handles ${n} after ${last}`);
    if (attempt > (retries ? 2 : 1)) this.broken.push(`${path} handles ${n} the ${attempt}th time`);
    this.#last.set(path, n);
  }
}

/** The id of the child at a place. */
export function idAt(at: number): string {
  return `c${at}`;
}
