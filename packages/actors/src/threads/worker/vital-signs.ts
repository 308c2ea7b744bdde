/**
 * What speaks for this thread when it cannot: words in shared memory (wire/shared-words.ts) with its heartbeat, and with whose
 * work it is at. The parent reads them when the thread is gone or does not turn its event loop.
 *
 *     beat ─► BEAT, HEAP_MB        onStack ─► ON_STACK while the work runs        load ─► ON_STACK, LOADING
 *
 * Invariant: whatever user code runs is run by `onStack` or `load`, so that its incarnation is known, also after an await.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { getHeapStatistics } from "node:v8";
import { inNeutralContext } from "../../async-context.ts";
import { repeatEvery } from "../../clock.ts";
import { setCurrentHost } from "../wire/current-host.ts";
import { BEAT, HEAP_MB, LOADING, ON_STACK, OS_THREAD } from "../wire/shared-words.ts";

export class VitalSigns {
  readonly #words: Int32Array;
  /** The id of the incarnation whose work this is, also after an await. */
  readonly #working = new AsyncLocalStorage<number>();
  /** The incarnations whose modules are being loaded. */
  readonly #loading = new Set<number>();

  constructor(words: Int32Array, beatMs: number) {
    this.#words = words;
    Atomics.store(words, OS_THREAD, osThread());
    this.#beat();
    repeatEvery(beatMs, () => this.#beat());
    const blame = (): void => this.#blame();
    setCurrentHost({ words, blame });
    process.on("exit", blame);
  }

  /** The id of the incarnation whose work runs now, or has led to it; undefined if it is nobody's. */
  get culprit(): number | undefined {
    return this.#working.getStore();
  }

  readonly #work = <T>(id: number, run: () => T): T => this.#working.run(id, run);

  /** Runs user code of the incarnation `id`, in no async context but that. */
  onStack<T>(id: number, run: () => T): T {
    const before = Atomics.exchange(this.#words, ON_STACK, id);
    try {
      return inNeutralContext(this.#work<T>, id, run);
    } finally {
      Atomics.store(this.#words, ON_STACK, before);
    }
  }

  /**
   * Loads a module for the incarnation `id`, which is suspect until it is loaded; the thread has the limit of a start
   * meanwhile. What the module does of its own later is nobody's work.
   */
  async load<T>(id: number, load: () => Promise<T>): Promise<T> {
    Atomics.store(this.#words, ON_STACK, id);
    Atomics.add(this.#words, LOADING, 1);
    this.#loading.add(id);
    try {
      return await load();
    } finally {
      this.loaded(id);
    }
  }

  /** Notes that a module is loaded, or given up. */
  loaded(id: number): void {
    if (!this.#loading.delete(id)) return;
    Atomics.compareExchange(this.#words, ON_STACK, id, 0);
    this.#beat(); // before the limit is the shorter one again
    Atomics.sub(this.#words, LOADING, 1);
  }

  #beat(): void {
    Atomics.store(this.#words, HEAP_MB, getHeapStatistics().used_heap_size / 2 ** 20);
    Atomics.add(this.#words, BEAT, 1);
  }

  /** Leaves a note before the thread ends: the incarnation for which it works now has ended it. */
  #blame(): void {
    const { culprit } = this;
    if (culprit !== undefined) Atomics.store(this.#words, ON_STACK, culprit);
  }
}

/** Returns the number of this thread in the operating system; 0 if that does not say. */
function osThread(): number {
  try {
    return Number(basename(readlinkSync("/proc/thread-self")));
  } catch {
    return 0;
  }
}
