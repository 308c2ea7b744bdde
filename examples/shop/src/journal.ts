/**
 * A journal: what has happened to a module, one line of JSON each, in a file that only grows. An entry that was appended
 * survives the death of the process (not that of the machine: nothing is forced to the disk). A module reads its journal when
 * it starts, which is what makes its restart lose nothing.
 */
import type { FileHandle } from "node:fs/promises";
import { open, readFile, truncate } from "node:fs/promises";
import { basename } from "node:path";
import type { Static, TSchema } from "typebox";
import { Type } from "typebox";
import { Compile } from "typebox/compile";

export interface Journal<Entry> extends AsyncDisposable {
  /** What was in it when it was opened. */
  readonly entries: readonly Entry[];
  /** Resolves when the entry is written. One at a time. */
  append(entry: Entry): Promise<void>;
}

/** Opens the journal of one module, at every start anew. */
export type OpenJournal<Entry> = () => Promise<Journal<Entry>>;

/** Opens a journal, and makes of it what `read` does. Closed again when that throws. */
export async function readJournal<Entry, State>(
  open: OpenJournal<Entry>,
  read: (journal: Journal<Entry>) => State,
): Promise<State> {
  const journal = await open();
  try {
    return read(journal);
  } catch (error) {
    await journal[Symbol.asyncDispose]();
    throw error;
  }
}

/** What entries have in common: nothing that a module does not know, and no number that it cannot have written. */
export const strict = { additionalProperties: false };
export const Cents = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Items = Type.Array(
  Type.Object({ sku: Type.String(), quantity: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }, strict),
);

const LINE_END = 0x0a;

/**
 * A line without an end is what a process has left that died while it wrote: nobody was told of that entry, and it is removed.
 * Throws when any other line is not what `schema` says: better no shop than one that has forgotten something.
 */
export async function openJournal<Schema extends TSchema>(
  path: string,
  schema: Schema,
): Promise<Journal<Static<Schema>>> {
  const bytes = await readFile(path, { flag: "a+" }); // which makes the file, the first time
  const length = bytes.lastIndexOf(LINE_END) + 1;
  const entries = [...readEntries(basename(path), bytes.subarray(0, length), schema)];
  if (length < bytes.length) await truncate(path, length);
  return new FileJournal(await open(path, "a"), entries);
}

function* readEntries<Schema extends TSchema>(name: string, bytes: Buffer, schema: Schema): Generator<Static<Schema>> {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const entry = Compile(schema);
  for (let line = 1, from = 0; from < bytes.length; line++) {
    const to = bytes.indexOf(LINE_END, from);
    const value = parsed(() => JSON.parse(text.decode(bytes.subarray(from, to))));
    if (!entry.Check(value)) throw new Error(`Line ${line} of ${name} is not an entry of this journal`);
    yield value;
    from = to + 1;
  }
}

/** Undefined when it cannot be parsed. Why not is left out, as it would quote what customers have sent. */
function parsed(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return undefined;
  }
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
