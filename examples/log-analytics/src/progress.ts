/**
 * A progress bar: one line of standard error that rewrites itself, on a terminal. A library would bring more code than the
 * ten lines it saves; the bars that are kept do several bars and colors, of which this needs none.
 */
const WIDTH = 30;
const SHOW_EVERY_MS = 100;

export class ProgressBar {
  readonly #total: number;
  readonly #begin = performance.now();
  #done = 0;
  #shownAt = Number.NEGATIVE_INFINITY;

  /** `total` is in bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** So many bytes more are done. */
  add(bytes: number): void {
    this.#done += bytes;
    const now = performance.now();
    if (now - this.#shownAt < SHOW_EVERY_MS && this.#done < this.#total) return;
    this.#shownAt = now;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${this.line(now)}${this.#done < this.#total ? "" : "\n"}`);
  }

  line(now: number): string {
    const share = this.#done / this.#total;
    const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░");
    const megabytesPerSecond = this.#done / 1000 / (now - this.#begin);
    return `${bar} ${Math.floor(share * 100)} % ${Math.round(megabytesPerSecond)} MB/s`;
  }
}
