/** Journals of the shop that are kept in memory, so that a run of a test decides on everything. */
import type { Journal, OpenJournal } from "../../examples/shop/src/journal.ts";

/** What it opens has every entry that was appended before, as a file has. */
export function memoryJournal<Entry>(): { readonly written: Entry[]; readonly open: OpenJournal<Entry> } {
  const written: Entry[] = [];
  const open = async (): Promise<Journal<Entry>> => ({
    entries: [...written],
    append: async (entry) => void written.push(entry),
    [Symbol.asyncDispose]: async () => {},
  });
  return { written, open };
}
