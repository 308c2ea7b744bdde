/** The hosts of a system: which actor goes where, and when they end. */
import { availableParallelism } from "node:os";
import type { ResourceLimits } from "node:worker_threads";
import type { HostOptions } from "./host.ts";
import { ThreadHost } from "./host.ts";

/** Where a thread actor runs: with others on one of a few hosts, or on a host of its own. */
export type ThreadPlace = "shared" | "dedicated";

export class Threads {
  readonly #options: HostOptions;
  readonly #shared: ThreadHost[] = [];
  readonly #dedicated = new Set<ThreadHost>();
  readonly #ending = new Set<Promise<void>>();

  constructor(options: HostOptions) {
    this.#options = options;
  }

  /** A host with room; shared ones are as many as the machine has cores, the emptiest first. */
  place(place: ThreadPlace, resourceLimits: ResourceLimits | undefined): ThreadHost {
    if (place === "dedicated") {
      const host = new ThreadHost({ ...this.#options, resourceLimits });
      this.#dedicated.add(host);
      return host;
    }
    const emptiest = this.#shared.reduce<ThreadHost | undefined>((a, b) => (a && a.size <= b.size ? a : b), undefined);
    if (emptiest !== undefined && (emptiest.size === 0 || this.#shared.length >= availableParallelism()))
      return emptiest;
    const host = new ThreadHost(this.#options);
    this.#shared.push(host);
    return host;
  }

  /** An actor has ended for good; a host of its own goes with it. */
  release(host: ThreadHost): void {
    if (this.#dedicated.delete(host)) this.#destroy(host);
  }

  /** Ends every thread; the next actor begins new ones. */
  async end(): Promise<void> {
    const hosts = [...this.#shared.splice(0), ...this.#dedicated];
    this.#dedicated.clear();
    for (const host of hosts) this.#destroy(host);
    await Promise.all(this.#ending);
  }

  #destroy(host: ThreadHost): void {
    const ending = host.destroy().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
