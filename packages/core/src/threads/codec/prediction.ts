/**
 * The encoder's memory of the positions of values in messages. A position is reached by the keys before it in an object, or it
 * is that of the elements of an array. From the position the encoder guesses keys and texts, since the messages of a channel
 * look alike.
 *
 *     (start) ─type─► ● ─by─► ● ─id─► ● shape 7        the keys of { type, by, id } are a path, whose end is the shape
 *                     └──to─► ● shape 8
 *
 * Invariants: each position that holds objects has a start of its own, so that different objects do not spoil the guesses for
 * each other. The number of positions is bounded; beyond the bound there is only LOOSE, from which each step leads to LOOSE.
 * Positions are a cache: a shape counts only while `shape` is not 0, so an encode that fails leaves its positions, and resets
 * their shapes.
 */
import { MAX_KEYS } from "./tags.ts";

const MAX_POSITIONS = 8192;
/** The bound for the start of all messages; elsewhere so many different keys mean a dictionary. */
const MAX_FIRST_KEYS = 512;
const MAX_NEXT_KEYS = 64;
/** The surplus of new texts over known ones at which all texts of a position are taken for different. */
const PATIENCE = 32;

/** A text of the table. `word` is 0 while the decoder does not know it. */
export class Interned {
  readonly text: string;
  word = 0;
  constructor(text: string) {
    this.text = text;
  }
}
/** The text of a position whose texts do not repeat. */
export const NO_TEXT: Interned = new Interned("");

export class Position {
  readonly before: Position | undefined;
  readonly key: string;
  /** The number of keys that lead here. */
  readonly depth: number;
  /** The header of an object whose keys end here; 0 while the decoder does not know them. */
  shape = 0;
  /** The step that was taken last. */
  nextKey: string | undefined = undefined;
  next: Position | undefined = undefined;
  /** All steps, once there are two. */
  steps: Map<string, Position> | undefined = undefined;
  /** The position at which the keys of an object start that is here. */
  start: Position | undefined = undefined;
  /** The position of the elements of an array that is here. */
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

  /** Notes that a text was here that the table has already. */
  textRepeated(): void {
    if (this.patience < PATIENCE) this.patience++;
  }

  /** Returns the keys that lead here. */
  get keys(): string[] {
    const keys: string[] = [];
    for (let at: Position = this; at.before !== undefined; at = at.before) keys.unshift(at.key);
    return keys;
  }
}

/** The position without a memory. */
export const LOOSE: Position = new Position(undefined, "");
LOOSE.start = LOOSE;
LOOSE.element = LOOSE;
LOOSE.patience = 0;

export class Positions {
  #left = MAX_POSITIONS;

  /** The position of messages themselves. */
  readonly top: Position = new Position(undefined, "");

  /** Returns the position after `key`, which is not `from.next`. */
  step(from: Position, key: string): Position {
    if (from === LOOSE) return LOOSE;
    const next = from.steps?.get(key) ?? this.#grow(from, key);
    from.nextKey = key;
    from.next = next;
    return next;
  }

  start(position: Position): Position {
    position.start ??= this.#newPosition();
    return position.start;
  }

  element(position: Position): Position {
    position.element ??= this.#newPosition();
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

  #newPosition(): Position {
    if (this.#left === 0) return LOOSE;
    this.#left--;
    return new Position(undefined, "");
  }
}
