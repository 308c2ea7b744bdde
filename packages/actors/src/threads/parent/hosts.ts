/** The hosts of a system: chooses the host of an actor, and ends hosts. */
import { availableParallelism } from "node:os";
import type { ResourceLimits } from "node:worker_threads";
import type { HostOptions } from "./host.ts";
import { Host } from "./host.ts";

/** The host of a thread actor: with others on one of a few hosts, or on a host of its own. */
export type HostKind = "shared" | "dedicated";

export class Hosts {
  readonly #options: HostOptions;
  readonly #shared: Host[] = [];
  readonly #dedicated = new Set<Host>();
  readonly #ending = new Set<Promise<void>>();

  constructor(options: HostOptions) {
    this.#options = options;
  }

  /** Returns a host; shared ones are as many as the machine has cores, the emptiest first. */
  hostFor(kind: HostKind, resourceLimits: ResourceLimits | undefined): Host {
    if (kind === "dedicated") {
      const host = new Host({ ...this.#options, threads: { ...this.#options.threads, resourceLimits } });
      this.#dedicated.add(host);
      return host;
    }
    const emptiest = this.#shared.reduce<Host | undefined>((a, b) => (a && a.size <= b.size ? a : b), undefined);
    if (emptiest !== undefined && (emptiest.size === 0 || this.#shared.length >= availableParallelism()))
      return emptiest;
    const host = new Host(this.#options);
    this.#shared.push(host);
    return host;
  }

  /** Releases the host of an actor that has ended for good; a dedicated one ends. */
  release(host: Host): void {
    if (this.#dedicated.delete(host)) this.#destroy(host);
  }

  /** Ends every thread; the next actor begins new ones. */
  async end(): Promise<void> {
    const hosts = [...this.#shared.splice(0), ...this.#dedicated];
    this.#dedicated.clear();
    for (const host of hosts) this.#destroy(host);
    await Promise.all(this.#ending);
  }

  #destroy(host: Host): void {
    const ending = host.destroy().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
