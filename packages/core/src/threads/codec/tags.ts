/**
 * The words of a record, which the encoder writes and the decoder reads.
 *
 *     word = payload << 8 | tag        an int32 in the byte order of the machine, on which both ends are
 *
 *     INT      payload: the integer, signed        DEFINE    then a text: it gets the next number of the table of texts
 *     INT32    then 1 word                         INTERNED  payload: the number of a text
 *     DOUBLE   then 2 words                        ARRAY     payload: length; then the elements
 *     CONSTANT payload: which                      OBJECT    payload: the number of a shape; then the values
 *     LATIN1   payload: length; then bytes         SHAPED    payload: count; then the values, then the keys as texts: the
 *     UTF16    payload: length; then 2 bytes each            keys get the next number of the table of shapes
 *     BIGINT   then 2 words                        NAMED     as SHAPED, but not for the table
 *     BYTES    payload: which class; then a word   DESCRIPTOR  then the descriptor of an object, a plain value
 *              with the length; then the bytes
 *
 * Invariants: no tag is 0, so cleared memory is no record. Each value has at least one word, so a count above the words that
 * are left is corrupt. Bytes are filled up to a whole word.
 */
export const INT = 1;
export const INT32 = 2;
export const DOUBLE = 3;
export const CONSTANT = 4;
export const LATIN1 = 5;
export const UTF16 = 6;
export const DEFINE = 7;
export const INTERNED = 8;
export const ARRAY = 9;
export const OBJECT = 10;
export const SHAPED = 11;
export const NAMED = 12;
export const BYTES = 13;
export const BIGINT = 14;
export const DESCRIPTOR = 15;

export const UNDEFINED_WORD: number = CONSTANT;
export const NULL_WORD: number = (1 << 8) | CONSTANT;
export const FALSE_WORD: number = (2 << 8) | CONSTANT;
export const TRUE_WORD: number = (3 << 8) | CONSTANT;
/** The constants, by payload. */
export const CONSTANTS: readonly unknown[] = [undefined, null, false, true];

interface ViewClass {
  readonly prototype: object;
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBuffer): ArrayBufferView;
}

/** The views that the codec copies, by payload from 1 on; 0 is an ArrayBuffer. Others go by structured clone. */
export const VIEW_CLASSES: readonly ViewClass[] = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

/** The largest count or length that a word can hold. */
export const MAX_PAYLOAD = 0xffffff;
/** The number of objects in one another. Deeper messages go by structured clone. */
export const MAX_DEPTH = 64;
/** The most keys of a shape. Objects with more name them in each record. */
export const MAX_KEYS = 64;
/** The size of the table of shapes. */
export const MAX_SHAPES = 1024;
/** The size of the table of texts. */
export const MAX_TEXTS = 4096;
/** The length of the longest text that is interned, in UTF-16 units. */
export const MAX_INTERNED_LENGTH = 32;
