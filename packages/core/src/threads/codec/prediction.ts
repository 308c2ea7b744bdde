/**
 * What the encoder remembers of the places of values in messages: after which keys of an object they come, or in which
 * array. From the place it guesses keys and texts, since the messages of a channel look alike.
 *
 *     (start) ─type─► ● ─by─► ● ─id─► ● shape 7        the keys of { type, by, id } are a path, whose end is the shape
 *                     └──to─► ● shape 8
 *
 * Invariants: each place that holds objects has a start of its own, so that places with different objects do not spoil the
 * guesses of each other; the number of positions is bounded, and what does not fit is LOOSE, from where each step leads to
 * LOOSE. Positions are a cache: a shape counts only while `shape` is not 0, so an encode that fails leaves its positions
 * and resets its shapes.
 */
import { MAX_KEYS } from "./tags.ts";

const MAX_POSITIONS = 8192;
/** All messages begin in one place; elsewhere many different keys mean a dictionary. */
const MAX_FIRST_KEYS = 512;
const MAX_NEXT_KEYS = 64;
/** How many more new texts than known ones come to a place before it is taken for one where all are different. */
const PATIENCE = 32;

/** A text of the table. `word` is 0 while the decoder does not know it. */
export class Interned {
  readonly text: string;
  word = 0;
  constructor(text: string) {
    this.text = text;
  }
}
/** Of a place where texts do not repeat. */
export const NO_TEXT: Interned = new Interned("");

export class Position {
  readonly before: Position | undefined;
  readonly key: string;
  /** How many keys lead here. */
  readonly depth: number;
  /** The header of an object whose keys end here, or 0 while the decoder does not know them. */
  shape = 0;
  /** The step that was taken last. */
  nextKey: string | undefined = undefined;
  next: Position | undefined = undefined;
  /** All steps, once there are two. */
  steps: Map<string, Position> | undefined = undefined;
  /** Where the keys of an object in this place start. */
  start: Position | undefined = undefined;
  /** The place of the elements of an array in this place. */
  element: Position | undefined = undefined;
  /** The text that was here last. */
  interned: Interned = NO_TEXT;
  /** Texts are interned while it is above 0. */
  patience: number = PATIENCE;

  constructor(before: Position | undefined, key: string) {
    this.before = before;
    this.key = key;
    this.depth = before === undefined ? 0 : before.depth + 1;
  }

  /** A text was here that is in the table already. */
  textRepeated(): void {
    if (this.patience < PATIENCE) this.patience++;
  }

  /** The keys that lead here. */
  get keys(): string[] {
    const keys: string[] = [];
    for (let at: Position = this; at.before !== undefined; at = at.before) keys.unshift(at.key);
    return keys;
  }
}

/** A place without a memory. */
export const LOOSE: Position = new Position(undefined, "");
LOOSE.start = LOOSE;
LOOSE.element = LOOSE;
LOOSE.patience = 0;

export class Positions {
  #left = MAX_POSITIONS;

  /** A place for messages themselves. */
  readonly top: Position = new Position(undefined, "");

  /** The place after `key`. To be called when it is not `from.next`. */
  step(from: Position, key: string): Position {
    if (from === LOOSE) return LOOSE;
    const next = from.steps?.get(key) ?? this.#grow(from, key);
    from.nextKey = key;
    from.next = next;
    return next;
  }

  start(position: Position): Position {
    position.start ??= this.#place();
    return position.start;
  }

  element(position: Position): Position {
    position.element ??= this.#place();
    return position.element;
  }

  #grow(at: Position, key: string): Position {
    if (at.depth >= MAX_KEYS || this.#left === 0) return LOOSE;
    if (at.steps !== undefined && at.steps.size >= (at.depth === 0 ? MAX_FIRST_KEYS : MAX_NEXT_KEYS)) return LOOSE;
    this.#left--;
    const next = new Position(at, key);
    if (at.next !== undefined) {
      at.steps ??= new Map([[at.nextKey as string, at.next]]);
      at.steps.set(key, next);
    }
    return next;
  }

  #place(): Position {
    if (this.#left === 0) return LOOSE;
    this.#left--;
    return new Position(undefined, "");
  }
}
