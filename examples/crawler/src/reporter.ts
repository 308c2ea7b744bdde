/**
 * The reporter: shows how far the crawl is, and puts the report together from what the others tell it. All of them hold
 * an address of it, so it is the last to stop; then everything is in, and the report goes out.
 */
import { implement } from "@pneumatic/actors";
import type { Sender } from "@pneumatic/core";
import { MAX_LISTED } from "./limits.ts";
import type { Fetched, Report, Reporter } from "./protocols.ts";

export interface ReporterArgs {
  readonly report: Sender<Report>;
  /** Shows a line of progress. */
  readonly show: (line: string) => void;
  readonly everyMs: number;
}

const SLOWEST_KEPT = 5;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

class Collected {
  readonly args: ReporterArgs;
  readonly failures: { url: string; cause: string }[] = [];
  readonly problems: { url: string; problem: string }[] = [];
  readonly report: Writable<Report>;
  queued = 0;
  #slowest: Fetched[] = [];
  readonly #begin = performance.now();

  constructor(args: ReporterArgs) {
    this.args = args;
    const { failures, problems } = this;
    this.report = {
      ...{ pages: 0, words: 0, bytes: 0, seconds: 0, restarts: 0, interrupted: false, linksLeftOut: 0 },
      ...{
        links: { checked: 0, unchecked: 0 },
        broken: [],
        slowest: [],
        terms: [],
        distinctTerms: 0,
        failures,
        problems,
      },
    };
  }

  addFetched(fetched: Fetched): void {
    this.report.bytes += fetched.bytes;
    const { url, status, problem } = fetched;
    const wrong = problem ?? (status !== undefined && status >= 400 ? `HTTP ${status}` : undefined);
    if (wrong !== undefined) this.addProblem(url, wrong);
    this.#slowest.push(fetched);
    this.#slowest = this.#slowest.sort((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST_KEPT);
  }

  addProblem(url: string, problem: string): void {
    if (this.problems.length < MAX_LISTED) this.problems.push({ url, problem });
  }

  line(): string {
    const { pages, restarts } = this.report;
    const perSecond = Math.round(pages / this.#seconds());
    return `${pages} pages, ${this.queued} queued, ${perSecond} pages/s, ${restarts} restarts`;
  }

  complete(): Report {
    return { ...this.report, seconds: this.#seconds(), slowest: this.#slowest };
  }

  #seconds(): number {
    return (performance.now() - this.#begin) / 1000;
  }
}

export const reporter = implement<Reporter>()({
  name: "reporter",
  state: (args: ReporterArgs) => new Collected(args),
  started: ({ state, timers }) => timers.every("progress", state.args.everyMs, { type: "tick" }),
  on: {
    fetched: ({ state }, fetched) => state.addFetched(fetched),
    parsed: ({ state: { report } }, { page }) => {
      report.pages++;
      report.words += page.words;
      report.linksLeftOut += page.linksLeftOut;
    },
    failed: ({ state }, { url, cause }) => {
      if (state.failures.length < MAX_LISTED) state.failures.push({ url, cause });
    },
    problem: ({ state }, { url, problem }) => state.addProblem(url, problem),
    progress: ({ state }, { queued, restarts }) => {
      state.queued = queued;
      state.report.restarts = restarts;
    },
    terms: ({ state: { report } }, { terms, distinct }) => {
      report.terms = terms;
      report.distinctTerms = distinct;
    },
    links: ({ state: { report } }, { checked, unchecked, leftOut, broken }) => {
      report.linksLeftOut += leftOut;
      report.links = { checked, unchecked };
      report.broken = broken;
    },
    interrupted: ({ state: { report } }) => {
      report.interrupted = true;
    },
    tick: ({ state }) => state.args.show(state.line()),
  },
  stopped: ({ state }) => {
    state.args.show(state.line());
    state.args.report.send(state.complete());
    state.args.report.drop();
  },
});
