/** Words of a text: how many there are, and which of them mean something. */
import { MAX_TERMS } from "./limits.ts";

const STOP_WORDS = new Set(
  `a about all also an and any are as at be been but by can do does each for from had has have how if in into is it its
  may more most must no not of on one only or other our out see should so some such than that the their them then there
  these they this to up use used using was we were what when where which will with would you your`.split(/\s+/),
);
const LONGEST_TERM = 40;

/**
 * Counts the words of `text`, and how often each term occurs that is no stop word, no number and no letter alone. A text with
 * very many terms has the first of them.
 */
export function countTerms(text: string): { words: number; terms: Record<string, number> } {
  const counts = new Map<string, number>();
  let words = 0;
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}][\p{L}\p{N}_'-]*/gu)) {
    words++;
    if (word.length < 2 || word.length > LONGEST_TERM || STOP_WORDS.has(word) || !/\p{L}/u.test(word)) continue;
    const count = counts.get(word);
    if (count !== undefined || counts.size < MAX_TERMS) counts.set(word, (count ?? 0) + 1);
  }
  return { words, terms: Object.fromEntries(counts) };
}
