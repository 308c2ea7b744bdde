/**
 * The index: how often a term occurs, and on how many pages. It says what it has found when nobody can add to it any more,
 * which is when the last fetcher is gone. It knows the first terms of all, so its size does not depend on the website.
 */
import type { Address } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import { MAX_ALL_TERMS } from "./limits.ts";
import type { Reporter, TermCount, TextIndex } from "./protocols.ts";

const TOP_TERMS = 20;

export const textIndex = implement<TextIndex>()({
  name: "index",
  state: ({ reporter }: { reporter: Address<Pick<Reporter, "terms">> }) => ({
    reporter,
    counts: new Map<string, TermCount>(),
  }),
  on: {
    add: ({ state: { counts } }, { terms }) => {
      for (const [term, times] of Object.entries(terms)) {
        const { count, pages } = counts.get(term) ?? { count: 0, pages: 0 };
        if (pages > 0 || counts.size < MAX_ALL_TERMS)
          counts.set(term, { term, count: count + times, pages: pages + 1 });
      }
    },
  },
  stopped: ({ state }) => {
    const terms = [...state.counts.values()];
    terms.sort((a, b) => b.count - a.count || (a.term < b.term ? -1 : 1));
    return state.reporter.send({ type: "terms", terms: terms.slice(0, TOP_TERMS), distinct: terms.length });
  },
});
