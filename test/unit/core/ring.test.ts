/**
 * The ring alone, its two sides in turns: whatever is written comes out whole and in order, and is seen only once published.
 *
 * A failure prints seed and path; PNEUMATIC_SEED="seed@path" repeats that run, PNEUMATIC_RUNS sets the number of runs.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Backlog } from "../../../packages/core/src/threads/link/backlog.ts";
import {
  HEADER,
  MAX_RECORD,
  MAX_SCRATCH,
  RingReader,
  RingWriter,
  recordKind,
  recordSize,
  SCRATCH,
  SIZE,
  SKIP,
} from "../../../packages/core/src/threads/link/ring.ts";
import { mustEqual } from "../../support/must-equal.ts";

const { PNEUMATIC_RUNS, PNEUMATIC_SEED } = process.env;
const [SEED = Date.now(), PATH = ""] = PNEUMATIC_SEED?.split("@") ?? [];
const PARAMETERS = { seed: Number(SEED), path: PATH, numRuns: Number(PNEUMATIC_RUNS ?? 100) };
const KIND = 5;

/** Writes records as a link does: into the ring while they fit, else behind what waits. */
class Writer {
  readonly ring = new RingWriter();
  readonly backlog = new Backlog();
  written = 0;
  published = 0;
  /** How many were in the ring when it was published last. */
  inRing = 0;

  write(size: number): void {
    const { ring, backlog } = this;
    const fits = backlog.isEmpty && ring.fits(size);
    if (!fits && size > MAX_SCRATCH) return; // that one would go through the port
    const at = (fits ? ring.at : SCRATCH) >> 2;
    ring.words.fill(this.written, at + HEADER / 4, at + size / 4);
    if (fits) {
      this.inRing++;
      this.#seen(ring.commit(KIND, size, this.written++));
    } else {
      ring.header(at, KIND, size, this.written++);
      backlog.push(ring.words, at, size);
    }
  }

  flush(): void {
    const { ring, backlog } = this;
    while (!backlog.isEmpty && ring.fits(backlog.size)) {
      const run = backlog.take(ring.contiguous);
      for (let word = 0; word < run.length; word += recordSize(run[word] as number) / 4) this.inRing++;
      this.#seen(ring.copy(run));
    }
  }

  publish(): void {
    this.ring.publish();
    this.published = this.inRing;
  }

  #seen(isDue: boolean): void {
    if (isDue) this.publish();
  }
}

/** Reads up to `limit` records, which must come in order, and returns how many there were. */
function read(ring: RingReader, next: number, limit: number): number {
  let count = 0;
  while (count < limit && ring.hasRecords) {
    const at = ring.at >> 2;
    const header = ring.words[at] as number;
    const size = recordSize(header);
    if (recordKind(header) !== SKIP) {
      mustEqual(recordKind(header), KIND);
      const payload = ring.words.subarray(at + 1, at + size / 4);
      if (!payload.every((word) => word === next + count)) expect([...payload]).toEqual([next + count]);
      count++;
    }
    ring.advance(size);
  }
  return count;
}

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 3, max: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: 3, max: MAX_RECORD / 4 }) },
  { weight: 1, arbitrary: fc.constant(MAX_RECORD / 4) },
);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("write" as const), size, times: fc.integer({ min: 1, max: 90 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("publish" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("read" as const), limit: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("release" as const) }) },
);

test("records come out whole and in order, through many laps and with some kept in the backlog, and none before it is published", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const writer = new Writer();
      const ring = new RingReader(writer.ring.memory);
      let got = 0;
      for (const each of steps) {
        if (each.do === "write") for (let n = 0; n < each.times; n++) writer.write(each.size * 4);
        else if (each.do === "read") got += read(ring, got, each.limit);
        else if (each.do === "release") ring.release();
        else writer[each.do]();
        mustEqual(got <= writer.published, true);
      }
      while (got < writer.written) {
        ring.release();
        writer.flush();
        writer.publish();
        const before = got;
        got += read(ring, got, Number.POSITIVE_INFINITY);
        mustEqual(got > before, true);
      }
      expect(ring.hasRecords).toBe(false);
    }),
    PARAMETERS,
  );
});

test("a writer whose records are all read in time stays in the first part of the ring", () => {
  const writer = new Writer();
  const ring = new RingReader(writer.ring.memory);
  let furthest = 0;
  for (let next = 0; next < 2000; next++) {
    writer.write(next % 7 === 0 ? MAX_SCRATCH : 1024);
    writer.publish();
    expect(read(ring, next, 2)).toBe(1);
    ring.release();
    furthest = Math.max(furthest, writer.ring.at);
  }
  expect(furthest).toBeLessThan(SIZE / 2);
});

test("the counts of bytes may pass 2^32", () => {
  const out = new RingWriter();
  const ring = new RingReader(out.memory);
  for (let bytes = 0; bytes < 2 ** 32 + 2 * SIZE; bytes += MAX_RECORD) {
    if (!out.fits(MAX_RECORD)) throw new Error(`no room after ${bytes} bytes`);
    out.commit(KIND, MAX_RECORD, 0);
    out.publish();
    if (bytes < 3 * MAX_RECORD) continue; // the reader is three records behind
    if (!ring.hasRecords) throw new Error(`nothing is published after ${bytes} bytes`);
    ring.advance(MAX_RECORD);
    ring.release();
  }
  expect(ring.hasRecords).toBe(true);
});

test("a writer that wants room is woken once, when half of the ring is free", () => {
  const writer = new Writer();
  const ring = new RingReader(writer.ring.memory);
  while (writer.ring.fits(MAX_RECORD)) writer.write(MAX_RECORD);
  expect(writer.ring.wantRoom()).toBe(true);
  expect(writer.ring.wantRoom()).toBe(false);
  writer.publish();
  let woken = 0;
  let got = 0;
  for (let count = 1; ring.hasRecords; count++) {
    got += read(ring, got, 1);
    if (!ring.release()) continue;
    woken++;
    expect(count * MAX_RECORD).toBe(SIZE / 2);
  }
  expect(woken).toBe(1);
  expect(writer.ring.wantRoom()).toBe(true);
});
