/**
 * The walk over a value that a user has made, and the copy of a value in which some objects are replaced. All code that looks
 * into messages, arguments and replies uses these two functions, so that it finds the same objects everywhere.
 *
 *     reach          goes into
 *     "plain"        arrays and plain objects, of any realm
 *     "collections"  those, and each Map and Set
 *     "cloned"       those, and instances of classes: everything that structured clone makes anew from its parts
 *
 * Only own enumerable properties with a string as their key are parts, as for structured clone.
 *
 * Invariants
 * 1. Nothing recurses: the depth of a value costs memory, never the stack.
 * 2. Each object is visited once, so cycles end.
 * 3. A value without objects in it, as most are, is walked without an allocation, unless it is an array or a collection.
 */

/** The reach of a walk; see above. */
export type Reach = "plain" | "collections" | "cloned";

/** The options of a walk. */
export interface WalkOptions {
  readonly reach: Reach;
  /** If true, a part that throws when it is read (a getter, a proxy) counts as absent, and does not end the walk. */
  readonly isTolerant?: boolean;
}

/** The options of a walk that goes wherever structured clone goes. */
export const CLONED: WalkOptions = { reach: "cloned" };

/** The answer of a visitor that keeps the walk out of the value. */
export const PRUNE = 1;
/** The answer of a visitor that ends the walk. */
export const STOP = 2;

/** Receives each object, function and symbol. `path` leads to `value`, and is valid during the call only. */
export type Visitor = (value: object | symbol, path: Path) => typeof PRUNE | typeof STOP | undefined;

/**
 * Visits `root` and the values in it: parents before their parts, parts in the order of structured clone. It does not visit
 * numbers, strings and the like. Returns whether the visitor has ended the walk.
 */
export function walk(root: unknown, visit: Visitor, options: WalkOptions): boolean {
  if (!isVisited(root)) return false;
  const answer = visit(root, ROOT);
  if (answer !== undefined) return answer === STOP;
  let parts = typeof root === "object" ? partsToVisit(root, undefined, 0, options) : undefined;
  if (parts === undefined) return false;
  const seen = new Set<object | symbol>([root]);
  const path = new Path();
  while (parts !== undefined) {
    if (parts.next === parts.values.length) {
      parts = parts.parent;
      continue;
    }
    const value = parts.values[parts.next] as object | symbol;
    const step = parts.steps[parts.next++] as PathStep;
    if (seen.has(value)) continue;
    seen.add(value);
    const answer = visit(value, path.at(parts, step));
    if (answer === STOP) return true;
    if (answer === undefined && typeof value === "object") parts = partsToVisit(value, parts, step, options) ?? parts;
  }
  return false;
}

/**
 * Returns a copy of the containers in `root`, in which `replacer` has replaced objects; `root` itself if it has replaced none.
 * `replacer` is called once for each object, `root` included. It returns the replacement, or undefined to keep the object with
 * its parts replaced, or the object itself to keep it as it is.
 *
 * An object that occurs twice, or in itself, does so in the copy too. Copies keep the prototype, except for arrays and
 * collections of a user's class.
 */
export function replace(
  root: unknown,
  replacer: (value: object, path: Path) => unknown,
  { reach }: Pick<WalkOptions, "reach">,
): unknown {
  if (!isObject(root)) return root;
  const copies = new Map<object, unknown>();
  const unfilled: Copy[] = [];
  const path = new Path();
  let hasReplaced = false;
  const copied = (value: unknown, parent: Copy | undefined, step: PathStep): unknown => {
    if (!isObject(value)) return value;
    const known = copies.get(value);
    if (known !== undefined || copies.has(value)) return known;
    const instead = replacer(value, path.at(parent, step));
    let copy: unknown = instead;
    if (instead === undefined) {
      const kind = containerKind(value, reach);
      copy = kind === NO_CONTAINER ? value : emptyLike(value, kind);
      if (kind !== NO_CONTAINER) {
        const depth = parent === undefined ? 0 : parent.depth + 1;
        unfilled.push({ container: value, kind, copy: copy as object, parent, step, depth });
      }
    } else if (instead !== value) hasReplaced = true;
    copies.set(value, copy);
    return copy;
  };
  const copy = copied(root, undefined, 0);
  for (const each of unfilled) fill(each, copied); // the list grows meanwhile
  return hasReplaced ? copy : root;
}

/** A container on the way to a value, and how the walk has reached it. */
interface Ancestor {
  /** The number of containers around it. */
  readonly depth: number;
  readonly container: object;
  readonly kind: ContainerKind;
  /** Undefined for the root. */
  readonly parent: Ancestor | undefined;
  /** The step from the parent. */
  readonly step: PathStep;
}

/** The key of a part of an object, or the number of a part of another container. In a Map, keys and values take turns. */
type PathStep = string | number;

/** The way from the root of a walk to a value. */
export class Path {
  #parent: Ancestor | undefined = undefined;
  #step: PathStep = 0;

  /** Sets the way: to the part at `step` of `parent`. */
  at(parent: Ancestor | undefined, step: PathStep): this {
    this.#parent = parent;
    this.#step = step;
    return this;
  }

  /** The number of containers on the way. */
  get depth(): number {
    return this.#parent === undefined ? 0 : this.#parent.depth + 1;
  }

  /** Returns the way as in a program that begins with `root`: `message.items[3].callback`. */
  text(root: string): string {
    return this.#steps().reduce((before, [place, step]) => textAfter(before, place, step), root);
  }

  /** Returns the keys of the way; undefined if it leads through a Map or a Set. */
  keys(): string[] | undefined {
    const steps = this.#steps();
    if (steps.some(([{ kind }]) => kind === ENTRIES || kind === MEMBERS)) return undefined;
    return steps.map(([{ container }, step]) => keyAt(container, step));
  }

  #steps(): [Ancestor, PathStep][] {
    const steps: [Ancestor, PathStep][] = [];
    let step = this.#step;
    for (let place = this.#parent; place !== undefined; place = place.parent) {
      steps.push([place, step]);
      step = place.step;
    }
    return steps.reverse();
  }
}

const ROOT = new Path();

function keyAt(container: object, step: PathStep): string {
  return typeof step === "string" ? step : (Object.keys(container)[step] as string);
}

function textAfter(before: string, { container, kind }: Ancestor, step: PathStep): string {
  if (kind === MEMBERS) return `[...${before}][${step}]`;
  if (kind === ENTRIES) return textInMap(before, container as Map<unknown, unknown>, step as number);
  const key = keyAt(container, step);
  if (kind === ELEMENTS && /^(?:0|[1-9]\d*)$/.test(key)) return `${before}[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `${before}.${key}` : `${before}[${JSON.stringify(key)}]`;
}

function textInMap(before: string, map: Map<unknown, unknown>, step: number): string {
  const at = step >> 1;
  if (step % 2 === 0) return `[...${before}.keys()][${at}]`;
  const key = [...MAP_ENTRIES.call(map)][at]?.[0];
  if (isVisited(key) && typeof key !== "symbol") return `[...${before}.values()][${at}]`;
  const shown = typeof key === "string" ? JSON.stringify(key) : typeof key === "bigint" ? `${key}n` : String(key);
  return `${before}.get(${shown})`;
}

const NO_CONTAINER = 0;
const PROPERTIES = 1;
const ELEMENTS = 2;
const ENTRIES = 3;
const MEMBERS = 4;
type ContainerKind = typeof NO_CONTAINER | typeof PROPERTIES | typeof ELEMENTS | typeof ENTRIES | typeof MEMBERS;

const { getPrototypeOf, hasOwn } = Object;
const OBJECT_PROTOTYPE = Object.prototype;
const MAP_ENTRIES = Map.prototype.entries;
const SET_VALUES = Set.prototype.values;

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isVisited(value: unknown): value is object | symbol {
  return (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "symbol";
}

/** Returns whether `value` is a plain object of any realm: its prototype is null or an `Object.prototype`. */
export function isPlain(value: object): boolean {
  const prototype = getPrototypeOf(value);
  if (prototype === OBJECT_PROTOTYPE || prototype === null) return true;
  return getPrototypeOf(prototype) === null && hasOwn(prototype, "isPrototypeOf");
}

/** Returns whether `value` is a Map or a Set, of any realm, and not only looks like one. */
export function isCollection(value: object): boolean {
  const kind = containerKind(value, "collections");
  return kind === ENTRIES || kind === MEMBERS;
}

/** Returns whether a walk of that reach goes into `value`. */
export function isContainer(value: object, reach: Reach): boolean {
  return containerKind(value, reach) !== NO_CONTAINER;
}

function containerKind(value: object, reach: Reach): ContainerKind {
  if (Array.isArray(value)) return ELEMENTS;
  if (isPlain(value)) return PROPERTIES;
  if (reach === "plain") return NO_CONTAINER;
  const tag: string = OBJECT_PROTOTYPE.toString.call(value);
  const looksLikeMap = tag === "[object Map]" || value instanceof Map;
  if (looksLikeMap && canCall(MAP_ENTRIES, value)) return ENTRIES;
  const looksLikeSet = tag === "[object Set]" || value instanceof Set;
  if (looksLikeSet && canCall(SET_VALUES, value)) return MEMBERS;
  // Structured clone makes a plain object of an object that only looks like a collection.
  return reach === "cloned" && (tag === "[object Object]" || looksLikeMap || looksLikeSet) ? PROPERTIES : NO_CONTAINER;
}

function canCall(method: () => unknown, value: object): boolean {
  try {
    method.call(value);
    return true;
  } catch {
    return false;
  }
}

/** A container that the walk is in: the parts to visit, and how far it has come. */
class WalkFrame implements Ancestor {
  readonly depth: number;
  readonly container: object;
  readonly kind: ContainerKind;
  readonly parent: WalkFrame | undefined;
  readonly step: PathStep;
  readonly values: (object | symbol)[] = [];
  readonly steps: PathStep[] = [];
  next = 0;

  constructor(container: object, kind: ContainerKind, parent: WalkFrame | undefined, step: PathStep) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.container = container;
    this.kind = kind;
    this.parent = parent;
    this.step = step;
  }

  add(value: object | symbol, step: PathStep): void {
    this.values.push(value);
    this.steps.push(step);
  }
}

/** Returns the parts of `container` to visit; undefined if there are none. */
function partsToVisit(
  container: object,
  parent: WalkFrame | undefined,
  step: PathStep,
  { reach, isTolerant }: WalkOptions,
): WalkFrame | undefined {
  try {
    const kind = containerKind(container, reach);
    if (kind === PROPERTIES) return propertiesOf(container, parent, step, read);
    return kind === NO_CONTAINER ? undefined : elementsOf(container, kind, parent, step);
  } catch (thrown) {
    if (isTolerant !== true) throw thrown;
    return readableParts(container, parent, step, reach);
  }
}

/** Returns the parts that can be read of a container that has thrown. */
function readableParts(
  container: object,
  parent: WalkFrame | undefined,
  step: PathStep,
  reach: Reach,
): WalkFrame | undefined {
  try {
    return containerKind(container, reach) === PROPERTIES ? propertiesOf(container, parent, step, tryRead) : undefined;
  } catch {
    return undefined;
  }
}

function propertiesOf(
  container: object,
  parent: WalkFrame | undefined,
  step: PathStep,
  get: typeof read,
): WalkFrame | undefined {
  let parts: WalkFrame | undefined;
  for (const key in container) {
    const value = get(container, key);
    if (!isVisited(value) || !hasOwn(container, key)) continue;
    parts ??= new WalkFrame(container, PROPERTIES, parent, step);
    parts.add(value, key);
  }
  return parts;
}

function read(container: object, key: string): unknown {
  return (container as Readonly<Record<string, unknown>>)[key];
}

function tryRead(container: object, key: string): unknown {
  try {
    return read(container, key);
  } catch {
    return undefined;
  }
}

/** Returns the parts of an array or a collection. Of an array all values count, whatever their keys: asking for keys is slow. */
function elementsOf(
  container: object,
  kind: ContainerKind,
  parent: WalkFrame | undefined,
  step: PathStep,
): WalkFrame | undefined {
  const parts = new WalkFrame(container, kind, parent, step);
  let at = 0;
  if (kind === ENTRIES) {
    for (const [key, value] of MAP_ENTRIES.call(container as Map<unknown, unknown>)) {
      if (isVisited(key)) parts.add(key, at);
      if (isVisited(value)) parts.add(value, at + 1);
      at += 2;
    }
  } else {
    for (const value of kind === MEMBERS ? SET_VALUES.call(container as Set<unknown>) : Object.values(container)) {
      if (isVisited(value)) parts.add(value, at);
      at++;
    }
  }
  return parts.values.length === 0 ? undefined : parts;
}

/** A container of the original, and its copy, which is to be filled. */
interface Copy extends Ancestor {
  readonly copy: object;
}

function emptyLike(value: object, kind: ContainerKind): object {
  if (kind === ELEMENTS) return new Array((value as readonly unknown[]).length);
  if (kind === ENTRIES) return new Map();
  if (kind === MEMBERS) return new Set();
  const prototype = getPrototypeOf(value);
  return prototype === OBJECT_PROTOTYPE ? {} : Object.create(prototype);
}

function fill(place: Copy, copied: (value: unknown, parent: Copy, step: PathStep) => unknown): void {
  const { container, kind, copy } = place;
  let at = 0;
  if (kind === ENTRIES) {
    for (const [key, value] of MAP_ENTRIES.call(container as Map<unknown, unknown>)) {
      const ownKey = copied(key, place, at++);
      (copy as Map<unknown, unknown>).set(ownKey, copied(value, place, at++));
    }
  } else if (kind === MEMBERS) {
    for (const value of SET_VALUES.call(container as Set<unknown>))
      (copy as Set<unknown>).add(copied(value, place, at++));
  } else if (kind === ELEMENTS && isDense(container as readonly unknown[])) {
    const array = container as readonly unknown[];
    for (; at < array.length; at++) (copy as unknown[])[at] = copied(array[at], place, at);
  } else {
    for (const key of Object.keys(container)) setOwn(copy, key, copied(read(container, key), place, key));
    for (const symbol of Object.getOwnPropertySymbols(container)) keepSymbol(copy, container, symbol);
  }
}

/** Copies a property that a symbol names. It is no part: a copy within the thread has it as it is. */
function keepSymbol(copy: object, container: object, symbol: symbol): void {
  const property = Object.getOwnPropertyDescriptor(container, symbol);
  if (property?.enumerable === true) Object.defineProperty(copy, symbol, property);
}

/** Returns whether the indices are all keys of an array, which has no hole; false if in doubt. */
function isDense(array: readonly unknown[]): boolean {
  return !array.includes(undefined) && Object.values(array).length === array.length;
}

/** Sets an own property, even if a prototype has a setter of that name or is frozen. */
export function setOwn(object: object, key: string, value: unknown): void {
  if (key in object) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else (object as Record<string, unknown>)[key] = value;
}
