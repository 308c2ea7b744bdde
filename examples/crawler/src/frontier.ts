/**
 * The frontier: which pages are still to be fetched. It takes each page once, stays on the origin it was started on, heeds
 * depth and robots.txt, and hands pages to whichever fetcher has room, never faster than politeness allows.
 *
 * It has no idea of "done". Each page to do holds a ticket, a strong address of this actor; with the last one gone, the
 * runtime stops it, and with it goes what it owns: the fetchers, and whoever depends on them.
 */
import type { Address, Context, MessageOf, RouterAddress } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import { channel } from "@pneumatic/core";
import type { Fetcher, Frontier, Parser, Reporter, Ticket } from "./protocols.ts";
import { parseRobots } from "./robots.ts";

export interface FrontierArgs {
  readonly origin: string;
  readonly maxDepth: number;
  readonly maxPages: number;
  readonly delayMs: number;
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
  delayMs: number;
  isAllowed: (url: string) => boolean = () => true;
  readonly #seen = new Set<string>();
  readonly #todo = channel<Todo>();
  /** The next one, for which no fetcher had room yet. */
  #next: Todo | undefined = undefined;
  #notBefore = 0;

  constructor(args: FrontierArgs) {
    this.args = args;
    this.delayMs = args.delayMs;
  }

  get queued(): number {
    return this.#todo[1].length + (this.#next === undefined ? 0 : 1);
  }

  /** Plans a page unless it was seen, or is not for us. */
  add(url: string, depth: number, ticket: Ticket): void {
    const { origin, maxDepth, maxPages } = this.args;
    if (depth > maxDepth || this.#seen.size >= maxPages || this.#seen.has(url)) return;
    if (new URL(url).origin !== origin || !this.isAllowed(url)) return;
    this.#seen.add(url);
    this.#todo[0].send({ url, depth, ticket: ticket.clone() });
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
      this.#notBefore = now + this.delayMs;
    }
  }

  /** Forgets what was not handed out yet, and takes nothing more. */
  close(): void {
    this.isAllowed = () => false;
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

export const frontier = implement<Frontier>()({
  name: "frontier",
  state: (args: FrontierArgs) => new Plan(args),
  started: async ({ state }) => {
    const { origin, userAgent, fetchers } = state.args;
    const url = `${origin}/robots.txt`;
    const text = await fetchers.ask({ type: "robots", url }, { timeout: Number.POSITIVE_INFINITY });
    const rules = parseRobots(url, text);
    state.isAllowed = (page) => rules.isAllowed(page, userAgent) !== false;
    state.delayMs = Math.max(state.delayMs, (rules.getCrawlDelay(userAgent) ?? 0) * 1000);
  },
  on: {
    found: (context, { links, depth, ticket }) => {
      using alive = ticket;
      for (const { url } of links) context.state.add(url, depth, alive);
      goOn(context);
    },
    next: goOn,
    wrapUp: async ({ state }) => {
      state.close();
      await state.args.reporter.send({ type: "interrupted" });
    },
  },
  stopped: ({ state }) => state.args.reporter.send(state.progress()),
});
