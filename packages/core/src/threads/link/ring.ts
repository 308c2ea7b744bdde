/**
 * A ring of bytes in shared memory with one writer and one reader, each a thread. It carries records: a header of two words and
 * a payload, contiguous, in whole words.
 *
 *     word 0            HEAD      bytes published, modulo 2^32      stored by the writer
 *     word 16           TAIL      bytes released, modulo 2^32       stored by the reader
 *     word 32           WAITING   1: the writer wants to be woken   stored by both
 *     byte START        the ring, SIZE bytes
 *     byte SCRATCH      scratch memory for a record without room    used by the writer alone
 *
 * A page of memory costs something once it was written. So a writer that has got far, and finds that all was read, begins again
 * at the start. A link that is never far behind stays in the first quarter, which also stays in the caches.
 *
 * Invariants (the names in capitals are the steps of test/threads/model/ring.pml)
 * 1. The bytes of a record are written before HEAD passes it (PUBLISH), and read before TAIL passes it (RELEASE).
 * 2. HEAD - TAIL is at most SIZE. A record never goes around the end: a SKIP record fills the rest of the lap.
 * 3. No lock: a thread that dies between any two instructions leaves a ring that the other can read to its HEAD.
 */
const HEAD = 0;
const TAIL = 16;
const WAITING = 32;
const START = 256;
export const SIZE: number = 1 << 20;
const MASK = SIZE - 1;
export const SCRATCH: number = START + SIZE;
/** The longest record. A longer message goes through the port. */
export const MAX_RECORD: number = SIZE / 8;
/** The longest record that waits for room. */
export const MAX_SCRATCH: number = SIZE / 64;
/** The bytes of the memory of a ring. */
export const MEMORY_SIZE: number = SCRATCH + MAX_SCRATCH;
/** The position from which on the writer tries to begin at the start again. At least MAX_RECORD. */
const FAR = SIZE / 4;
/** The bytes of a header: the size and kind of the record, and the channel. */
export const HEADER = 8;
/** The most records, and bytes, that are written before they are published. */
const MAX_UNPUBLISHED = 64;
const MAX_UNPUBLISHED_BYTES = SIZE / 16;

/** Fills the ring up to its end. */
export const SKIP = 0;

export function recordSize(header: number): number {
  return header >>> 4;
}

export function recordKind(header: number): number {
  return header & 15;
}

/** The writer's side. The reader sees a record when it is published. */
export class RingWriter {
  readonly memory: SharedArrayBuffer = new SharedArrayBuffer(MEMORY_SIZE);
  readonly words: Int32Array = new Int32Array(this.memory);
  #head = 0;
  #published = 0;
  #tail = 0;
  #unpublished = 0;

  /** The byte where the next record begins. */
  get at(): number {
    return START + (this.#head & MASK);
  }

  /** Finds room for a record of `bytes` in one piece at `at`, which may move to the start; false if there is none. */
  fits(bytes: number): boolean {
    if (this.#head === this.#published && (this.#head & MASK) >= FAR) this.#returnToStart();
    if (this.contiguous >= bytes) return true;
    this.#tail = Atomics.load(this.words, TAIL);
    if (this.contiguous >= bytes) return true;
    const rest = SIZE - (this.#head & MASK);
    if (rest >= bytes || this.#free < rest + bytes) return false;
    this.#skip(rest);
    return true;
  }

  /** Returns whether that many bytes are free, not necessarily in one piece. */
  hasFree(bytes: number): boolean {
    if (this.#free >= bytes) return true;
    this.#tail = Atomics.load(this.words, TAIL);
    return this.#free >= bytes;
  }

  /** Writes the header of the record that is at `at`, and moves on. Returns whether it is time to publish. */
  commit(kind: number, size: number, id: number): boolean {
    this.header(this.at >> 2, kind, size, id);
    return this.#advance(size);
  }

  header(word: number, kind: number, size: number, id: number): void {
    this.words[word] = (size << 4) | kind;
    this.words[word + 1] = id;
  }

  /** The number of free bytes at `at` in one piece, as far as this side knows. */
  get contiguous(): number {
    return Math.min(SIZE - (this.#head & MASK), this.#free);
  }

  /** Writes records that were encoded elsewhere, for which there is room. Returns whether it is time to publish. */
  copy(records: Int32Array): boolean {
    this.words.set(records, this.at >> 2);
    return this.#advance(records.length * 4);
  }

  /** PUBLISH: lets the reader see the written records. False if there are none. */
  publish(): boolean {
    if (this.#published === this.#head) return false;
    this.#unpublished = 0;
    this.#published = this.#head;
    Atomics.store(this.words, HEAD, this.#head);
    return true;
  }

  /** WANT_ROOM: asks the reader to wake this thread after its next release. True if it was not asked before: then look again. */
  wantRoom(): boolean {
    return Atomics.load(this.words, WAITING) === 0 && Atomics.exchange(this.words, WAITING, 1) === 0;
  }

  #advance(size: number): boolean {
    this.#head = (this.#head + size) | 0;
    return ++this.#unpublished >= MAX_UNPUBLISHED || ((this.#head - this.#published) | 0) >= MAX_UNPUBLISHED_BYTES;
  }

  get #free(): number {
    return SIZE - ((this.#head - this.#tail) | 0);
  }

  #returnToStart(): void {
    this.#tail = Atomics.load(this.words, TAIL);
    if (this.#tail === this.#head) this.#skip(SIZE - (this.#head & MASK));
  }

  /** Leaves the rest of the lap empty. */
  #skip(rest: number): void {
    this.words[this.at >> 2] = (rest << 4) | SKIP;
    this.#head = (this.#head + rest) | 0;
  }
}

/** The reader's side. */
export class RingReader {
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array;
  #head = 0;
  #tail = 0;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.words = new Int32Array(memory);
  }

  /** True if a published record was not read yet; looks at HEAD. */
  get hasRecords(): boolean {
    if (this.#head === this.#tail) this.#head = Atomics.load(this.words, HEAD);
    return this.#head !== this.#tail;
  }

  /** The byte where the next record begins. There is one. */
  get at(): number {
    return START + (this.#tail & MASK);
  }

  /** The number of bytes to read from `at` on, in one piece; 0 if HEAD says what cannot be. */
  get left(): number {
    const published = (this.#head - this.#tail) >>> 0;
    return published > SIZE ? 0 : Math.min(published, SIZE - (this.#tail & MASK));
  }

  /** Moves on behind the record at `at`, which was read. */
  advance(size: number): void {
    this.#tail = (this.#tail + size) | 0;
  }

  /**
   * RELEASE: gives back the room of the read records. True if the writer waits for it and must be woken. While the ring is more
   * than half full that has time, since the rest will be released too.
   */
  release(): boolean {
    Atomics.store(this.words, TAIL, this.#tail);
    if (((this.#head - this.#tail) | 0) > SIZE / 2) return false;
    return Atomics.load(this.words, WAITING) === 1 && Atomics.exchange(this.words, WAITING, 0) === 1;
  }
}
