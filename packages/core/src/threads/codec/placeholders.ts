/**
 * Messages that go by structured clone although they hold objects that it cannot copy: each of those is replaced by an
 * empty object, and what goes instead of them stands beside the message in a list.
 *
 *     { to: Sender, all: Map { "a" => Sender } }   ──►   { message: { to: {}¹, all: Map { "a" => {}² } },
 *                                                          standIns: [{}¹, {}²], portables: [..., ...] }
 *
 * Structured clone keeps identity within one message, so the stand-ins are found again by identity: nothing in a message
 * can be mistaken for one. The message itself is not changed; the containers in it are copied, other objects are shared.
 *
 * Invariant: what occurs twice, or in itself, does so afterwards too.
 */
import { put } from "./shapes.ts";

export interface Packed {
  readonly message: unknown;
  readonly standIns: readonly object[];
  /** By the index of the stand-in. */
  readonly portables: readonly unknown[];
}

/** What to give to `postMessage` instead of `message`; undefined when `portable` says nothing of any object in it. */
export function pack(message: unknown, portable: (value: object) => unknown): Packed | undefined {
  const standIns: object[] = [];
  const portables: unknown[] = [];
  const copy = copied(message, (value) => {
    const instead = portable(value);
    if (instead === undefined) return undefined;
    const standIn = {};
    standIns.push(standIn);
    portables.push(instead);
    return standIn;
  });
  return standIns.length === 0 ? undefined : { message: copy, standIns, portables };
}

/** The message that was packed, of which it owns the containers. */
export function unpack({ message, standIns, portables }: Packed, revive: (portable: unknown) => unknown): unknown {
  const revived = new Map<unknown, unknown>(standIns.map((standIn, n) => [standIn, revive(portables[n])]));
  return copied(message, (value) => revived.get(value));
}

/** A copy of the containers that structured clone visits, with what `replace` says instead of an object. */
function copied(message: unknown, replace: (value: object) => unknown): unknown {
  const copies = new Map<object, unknown>();
  const copy = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (copies.has(value)) return copies.get(value);
    const instead = replace(value);
    const container = instead === undefined ? containerLike(value) : undefined;
    copies.set(value, instead ?? container ?? value);
    if (container !== undefined) fill(container, value, copy);
    return copies.get(value);
  };
  return copy(message);
}

/** An empty one of the kind that structured clone makes of `value`; undefined when it has no parts of interest. */
function containerLike(value: object): object | undefined {
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  if (Array.isArray(value)) return new Array(value.length);
  return Object.prototype.toString.call(value) === "[object Object]" ? {} : undefined;
}

function fill(container: object, value: object, copy: (part: unknown) => unknown): void {
  if (container instanceof Map) {
    for (const [key, each] of value as Map<unknown, unknown>) container.set(copy(key), copy(each));
  } else if (container instanceof Set) {
    for (const each of value as Set<unknown>) container.add(copy(each));
  } else {
    for (const key of Object.keys(value)) put(container, key, copy(Reflect.get(value, key)));
  }
}
