/**
 * The frontier: which pages are still to be fetched. It takes each page once, stays on the origin it was started on, heeds
 * depth and robots.txt, and hands pages to whichever fetcher has room, never faster than politeness allows. Nothing is
 * requested that it has not allowed, redirects included; but for robots.txt itself.
 *
 * It has no idea of "done". Each page to do holds a ticket, a strong address of this actor; with the last one gone, the
 * runtime stops it, and with it goes what it owns: the fetchers, and whoever depends on them.
 */
import type { Address, Context, MessageOf, RouterAddress } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import { channel } from "@pneumatic/core";
import type { Fetcher, Frontier, Parser, Reporter, Ticket } from "./protocols.ts";
import { Rules } from "./robots.ts";

export interface FrontierArgs {
  readonly origin: string;
  readonly maxDepth: number;
  readonly maxPages: number;
  readonly delayMs: number;
  /** How long the crawl may take. */
  readonly maxMs: number;
  readonly userAgent: string;
  readonly fetchers: RouterAddress<Fetcher>;
  /** Owned for the number of their restarts. */
  readonly parsers: RouterAddress<Parser>;
  readonly reporter: Address<Reporter>;
  /** Owned so that it ends with the crawl. */
  readonly site: Disposable | undefined;
}

interface Todo {
  readonly url: string;
  readonly depth: number;
  readonly ticket: Ticket;
}

/** What is to be done, and what has been seen. */
class Plan {
  readonly args: FrontierArgs;
  /** Set before the first page is planned. */
  rules: Rules | undefined = undefined;
  #isClosed = false;
  readonly #seen = new Set<string>();
  readonly #todo = channel<Todo>();
  /** The next one, for which no fetcher had room yet. */
  #next: Todo | undefined = undefined;
  #notBefore = 0;

  constructor(args: FrontierArgs) {
    this.args = args;
  }

  get queued(): number {
    return this.#todo[1].length + (this.#next === undefined ? 0 : 1);
  }

  /** Why a page is not for us. */
  refusal(url: string): string | undefined {
    if (new URL(url).origin !== this.args.origin) return "which is another site";
    if (this.rules?.allows(url) === false) return "which robots.txt disallows";
    return undefined;
  }

  /** Plans a page unless it was seen, or is not for us; then it says why. */
  add(url: string, depth: number, ticket: Ticket): string | undefined {
    const { maxDepth, maxPages } = this.args;
    if (this.#isClosed || depth > maxDepth || this.#seen.size >= maxPages || this.#seen.has(url)) return undefined;
    const refusal = this.refusal(url);
    if (refusal !== undefined) return refusal;
    this.#seen.add(url);
    this.#todo[0].send({ url, depth, ticket: ticket.clone() });
    return undefined;
  }

  /** Hands out pages while fetchers have room; says for how many milliseconds to be polite before the next one. */
  dispatch(): number | undefined {
    const [, todo] = this.#todo;
    for (;;) {
      this.#next ??= todo.tryIter().next().value ?? undefined;
      if (this.#next === undefined) return undefined;
      const now = performance.now();
      if (now < this.#notBefore) return this.#notBefore - now;
      const job: MessageOf<Fetcher> = { type: "fetch", ...this.#next };
      if (!this.args.fetchers.trySend(job).ok) return undefined;
      this.#next = undefined;
      this.#notBefore = now + Math.max(this.args.delayMs, this.rules?.delayMs ?? 0);
    }
  }

  /** Forgets what was not handed out yet, and takes nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#next?.ticket.drop();
    this.#next = undefined;
    for (const { ticket } of this.#todo[1].tryIter()) ticket.drop();
  }

  progress(): { type: "progress"; queued: number; restarts: number } {
    const routees = [...this.args.fetchers.routees(), ...this.args.parsers.routees()];
    const restarts = routees.reduce((sum, routee) => sum + routee.restarts, 0);
    return { type: "progress", queued: this.queued, restarts };
  }
}

function goOn({ state, timers }: Context<Plan, Frontier>): void {
  const waitMs = state.dispatch();
  if (waitMs !== undefined) timers.after("politeness", waitMs, { type: "next" });
  state.args.reporter.trySend(state.progress()); // the next one is as good, so it need not wait for room
}

async function reportRules({ args, rules }: Plan): Promise<void> {
  for (const problem of rules?.takeProblems() ?? []) {
    await args.reporter.send({ type: "problem", url: robotsOf(args.origin), problem });
  }
}

async function wrapUp(state: Plan): Promise<void> {
  state.close();
  await state.args.reporter.send({ type: "interrupted" });
}

function robotsOf(origin: string): string {
  return `${origin}/robots.txt`;
}

export const frontier = implement<Frontier>()({
  name: "frontier",
  state: (args: FrontierArgs) => new Plan(args),
  started: async ({ state, timers }) => {
    const { origin, userAgent, fetchers, maxMs } = state.args;
    timers.after("time", maxMs, { type: "timeUp" });
    const url = robotsOf(origin);
    const file = await fetchers.ask({ type: "robots", url }, { timeout: Number.POSITIVE_INFINITY });
    state.rules = new Rules(url, file, userAgent);
    await reportRules(state);
  },
  on: {
    found: async (context, { links, depth, ticket }) => {
      using alive = ticket;
      const { state } = context;
      for (const { url } of links) {
        const refusal = state.add(url, depth, alive);
        if (refusal === undefined || depth > 0) continue;
        await state.args.reporter.send({ type: "problem", url, problem: `the start is a page ${refusal}` });
      }
      goOn(context);
      await reportRules(state);
    },
    refusal: ({ state }, { url }) => state.refusal(url),
    next: goOn,
    timeUp: async ({ state }) => {
      const { origin, maxMs, reporter } = state.args;
      await reporter.send({ type: "problem", url: `${origin}/`, problem: `not finished after ${maxMs / 1000} s` });
      await wrapUp(state);
    },
    wrapUp: ({ state }) => wrapUp(state),
  },
  stopped: ({ state }) => state.args.reporter.send(state.progress()),
});
