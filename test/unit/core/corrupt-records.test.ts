/** Bytes that no encoder wrote: a decoder says so, or reads something, in time, and nothing else happens. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CorruptRecordError } from "../../../packages/core/src/threads/codec/corrupt-record.ts";
import { Decoder } from "../../../packages/core/src/threads/codec/decoder.ts";
import * as tag from "../../../packages/core/src/threads/codec/tags.ts";
import { CodecLink } from "../../support/codec-link.ts";

const { PNEUMATIC_RUNS, PNEUMATIC_SEED } = process.env;
const [SEED = Date.now(), PATH = ""] = PNEUMATIC_SEED?.split("@") ?? [];
const PARAMETERS = { seed: Number(SEED), path: PATH, numRuns: Number(PNEUMATIC_RUNS ?? 1000) };

const MESSAGES: readonly unknown[] = [
  { type: "add", by: 5, id: 123_456_789 },
  { id: 1, customer: { name: "Ada", vip: true }, items: [{ price: 9.99 }, { price: 19.5 }], note: "ж".repeat(30) },
  { a: new Uint8Array([1, 2, 3]), b: new Float64Array(2), c: 5n, d: [undefined, null, "x".repeat(40)] },
  JSON.parse('{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": 1 } }'),
  [[[[{}]]], "", "add"],
];

const fill = (count: number, word: number): number[] => new Array<number>(count).fill(word);

/** Either a value or the one error; anything else fails. */
function decodes(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error;
  }
  expect(Object.keys(Object.prototype).length + Number("polluted" in {})).toBe(0);
}

test("a record with flipped bits, or too short, is read or refused as corrupt", () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { maxLength: 4 });
  const flipped = fc.property(fc.nat(), fc.boolean(), flips, fc.nat(3), (which, isWarm, changes, cut) => {
    const link = new CodecLink({ bytes: 4096, revive: (descriptor) => descriptor });
    const message = MESSAGES[which % MESSAGES.length];
    for (let n = 0; isWarm && n < 101; n++) link.send(message); // so that the shapes are known, and compiled
    const size = link.encode(message);
    const record = link.record(size);
    for (const [at, bit] of changes) record[at % size] = (record[at % size] as number) ^ (1 << bit);
    decodes(() => link.decode(size - 4 * cut));
  });
  fc.assert(flipped, PARAMETERS);
});

test("random words are read or refused as corrupt", () => {
  const word = fc.oneof(
    fc.integer(),
    fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 16 })).map(([n, what]) => (n << 8) | what),
  );
  const random = fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 40 }), { maxLength: 8 }), (records) => {
    const memory = new Int32Array(new SharedArrayBuffer(256));
    const decoder = new Decoder(memory.buffer, (descriptor) => descriptor);
    for (const words of records) {
      memory.set(words);
      decodes(() => decoder.decode(0, 4 * words.length));
    }
  });
  fc.assert(random, PARAMETERS);
});

test.each<[string, number[], saying: string]>([
  ["nothing", [], "no place for 0 bytes"],
  ["cleared memory", [0], "an unknown tag"],
  ["an unknown tag", [200], "an unknown tag"],
  ["an unknown constant", [(9 << 8) | tag.CONSTANT], "an unknown constant"],
  ["an unknown text", [tag.INTERNED], "an unknown text"],
  ["an unknown shape", [tag.OBJECT], "an unknown shape"],
  ["a text beyond the record", [(5 << 8) | tag.LATIN1, 0], "a text that is too long"],
  ["an array beyond the record", [(2 << 8) | tag.ARRAY, tag.INT], "more words than the record has"],
  ["a huge array", [(tag.MAX_PAYLOAD << 8) | tag.ARRAY], "more words than the record has"],
  ["an array that ends too soon", [(2 << 8) | tag.ARRAY, tag.INT32, 0], "the record is too short"],
  ["a key that is no text", [(1 << 8) | tag.SHAPED, tag.INT, tag.INT], "no text"],
  ["a huge object", [(tag.MAX_PAYLOAD << 8) | tag.NAMED], "more words than the record has"],
  ["an object without its last key", [(2 << 8) | tag.NAMED, tag.INT, tag.INT32, 0, tag.LATIN1], "no text"],
  [
    "too many keys for a shape",
    [(99 << 8) | tag.SHAPED, ...fill(99, tag.INT), ...fill(99, tag.LATIN1)],
    "too many shapes",
  ],
  ["half a double", [tag.DOUBLE, 0], "more words than the record has"],
  ["more bytes than there are", [tag.BYTES, 5, 0], "more bytes than the record has"],
  ["a negative number of bytes", [tag.BYTES, -1], "more bytes than the record has"],
  ["bytes of an unknown class", [(99 << 8) | tag.BYTES, 4, 0], "bytes of an unknown class"],
  ["a part of an element", [(4 << 8) | tag.BYTES, 3, 0], "a part of an element"],
  ["a descriptor that nobody expects", [tag.DESCRIPTOR, tag.INT], "a descriptor that nobody expects"],
  ["two values", [tag.INT, tag.INT], "the record goes on"],
  ["endless depth", [...fill(200, (1 << 8) | tag.ARRAY), tag.INT], "an object that is too deep"],
])("%s is refused as corrupt", (_, words, saying) => {
  const memory = new Int32Array(new SharedArrayBuffer(1024));
  memory.fill(tag.INT); // what is behind the record would do
  memory.set(words);
  const decode = (): unknown => new Decoder(memory.buffer).decode(0, 4 * words.length);
  expect(decode).toThrow(CorruptRecordError);
  expect(decode).toThrow(`: ${saying}`);
});

test("an object of a compiled shape is checked like any other", () => {
  const link = new CodecLink({ bytes: 256 });
  const warm = (): number => {
    for (let n = 0; n < 200; n++) link.send({ type: "add", by: n });
    const size = link.encode({ type: "add", by: 0 });
    link.bytes.fill(tag.INT, 64 + size);
    return size;
  };
  expect(() => link.decode(warm() - 4)).toThrow(": the record is too short");
  link.record(warm())[6] = 99;
  expect(() => link.decode(12)).toThrow(": an unknown text");
});

test("a handle that fails to be revived leaves the decoder as it was", () => {
  const refusal = new RangeError("not now");
  let fails = true;
  const revive = (): string => {
    if (fails) throw refusal;
    return "revived";
  };
  const link = new CodecLink({ describe: () => ({ n: 1 }), revive });
  const message = [[[new Date(0)]]];
  for (let n = 0; n < 100; n++) expect(() => link.send(message)).toThrow(refusal);
  fails = false;
  expect(link.send(message)).toEqual([[["revived"]]]);
});

test.each([
  ["before the memory", -4, 8],
  ["beyond the memory", 60, 8],
  ["between two words", 2, 4],
  ["without a size", 0, Number.NaN],
])("a record %s is refused as corrupt", (_, at, size) => {
  expect(() => new Decoder(new ArrayBuffer(64)).decode(at, size)).toThrow(CorruptRecordError);
});

test("tables beyond their bounds are refused as corrupt", () => {
  const memory = new Int32Array(new SharedArrayBuffer(64));
  const decoder = new Decoder(memory.buffer);
  memory.set([tag.DEFINE, tag.LATIN1]);
  for (let n = 0; n < tag.MAX_TEXTS; n++) expect(decoder.decode(0, 8)).toBe("");
  expect(() => decoder.decode(0, 8)).toThrow(/too many texts/);
  memory.set([(1 << 8) | tag.SHAPED, tag.INT, tag.LATIN1]);
  for (let n = 0; n < tag.MAX_SHAPES; n++) expect(decoder.decode(0, 12)).toEqual({ "": 0 });
  expect(() => decoder.decode(0, 12)).toThrow(/too many shapes/);
});

test("the error says what is corrupt, and where in the memory", () => {
  const memory = new Int32Array(new SharedArrayBuffer(64));
  memory.set([(1 << 8) | tag.ARRAY, tag.INTERNED], 4);
  const decode = (): unknown => new Decoder(memory.buffer).decode(16, 8);
  expect(decode).toThrow("Cannot read the record of another thread: an unknown text at byte 20");
  expect(decode).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CORRUPT_RECORD", at: 20 }));
});
