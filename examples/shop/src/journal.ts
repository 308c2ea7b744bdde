/**
 * A journal: what has happened to a module, one line of JSON each, in a file that only grows. An entry that was appended
 * survives the death of the process (not that of the machine: nothing is forced to the disk). A module reads its journal when
 * it starts, which is what makes its restart lose nothing.
 */
import type { FileHandle } from "node:fs/promises";
import { open, readFile, truncate } from "node:fs/promises";
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";

export interface Journal<Entry> extends AsyncDisposable {
  /** What was in it when it was opened. */
  readonly entries: readonly Entry[];
  /** Resolves when the entry is written. One at a time. */
  append(entry: Entry): Promise<void>;
}

/** Opens the journal of one module, at every start anew. */
export type OpenJournal<Entry> = () => Promise<Journal<Entry>>;

/** Throws when a line is not what `schema` says: better no shop than one that has forgotten something. */
export async function openJournal<Schema extends TSchema>(
  path: string,
  schema: Schema,
): Promise<Journal<Static<Schema>>> {
  const text = await readFile(path, { encoding: "utf8", flag: "a+" }); // which makes the file, the first time
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  const entry = Compile(schema);
  const lines = complete.split("\n").slice(0, -1);
  const entries = lines.map((line) => entry.Parse(JSON.parse(line)));
  if (complete !== text) await truncate(path, Buffer.byteLength(complete)); // a process died while it wrote
  return new FileJournal(await open(path, "a"), entries);
}

class FileJournal<Entry> implements Journal<Entry> {
  readonly entries: readonly Entry[];
  readonly #file: FileHandle;

  constructor(file: FileHandle, entries: readonly Entry[]) {
    this.#file = file;
    this.entries = entries;
  }

  append(entry: Entry): Promise<void> {
    return this.#file.appendFile(`${JSON.stringify(entry)}\n`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }
}
