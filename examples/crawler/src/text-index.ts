/**
 * The full-text index: on which pages a term is, and how often. It says what it has found when nobody can add to it any
 * more, which is when the last fetcher is gone.
 */
import type { Address } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import type { Reporter, TermCount, TextIndex } from "./protocols.ts";

const TOP_TERMS = 20;

export const textIndex = implement<TextIndex>()({
  name: "index",
  state: ({ reporter }: { reporter: Address<Reporter> }) => ({
    reporter,
    postings: new Map<string, Map<string, number>>(),
  }),
  on: {
    add: ({ state }, { url, terms }) => {
      for (const [term, count] of Object.entries(terms)) {
        const pages = state.postings.get(term) ?? new Map<string, number>();
        state.postings.set(term, pages.set(url, count));
      }
    },
  },
  stopped: ({ state }) => {
    const terms = [...state.postings].map(([term, pages]): TermCount => {
      const count = [...pages.values()].reduce((sum, times) => sum + times, 0);
      return { term, count, pages: pages.size };
    });
    terms.sort((a, b) => b.count - a.count || (a.term < b.term ? -1 : 1));
    return state.reporter.send({ type: "terms", terms: terms.slice(0, TOP_TERMS), distinct: terms.length });
  },
});
