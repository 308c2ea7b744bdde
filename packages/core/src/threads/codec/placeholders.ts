/**
 * Messages that go by structured clone although they hold objects that it cannot copy. An empty object, the placeholder, stands
 * in the place of each of those. The placeholders and the descriptors of the objects go beside the message, in two lists.
 *
 *     { to: Sender, all: Map { "a" => Sender } }   ──►   { message: { to: {}¹, all: Map { "a" => {}² } },
 *                                                          placeholders: [{}¹, {}²], descriptors: [..., ...] }
 *
 * Structured clone keeps identity within one message, so the placeholders are found again by identity: nothing in a message
 * can be mistaken for one. The message itself does not change: its containers are copied, other objects are shared.
 *
 * Invariant: an object that occurs twice, or in itself, does so afterwards too.
 */
import { CLONED, replace } from "../../internal/walk.ts";

/** A message with placeholders in it, as `postMessage` takes it. */
export interface WithPlaceholders {
  readonly message: unknown;
  readonly placeholders: readonly object[];
  /** By the index of the placeholder. */
  readonly descriptors: readonly unknown[];
}

/** Puts a placeholder for each object that has a descriptor; returns undefined if none in `message` has. */
export function putPlaceholders(message: unknown, describe: (value: object) => unknown): WithPlaceholders | undefined {
  const placeholders: object[] = [];
  const descriptors: unknown[] = [];
  const placeholderFor = (value: object): object | undefined => {
    const descriptor = describe(value);
    if (descriptor === undefined) return undefined;
    const placeholder = {};
    placeholders.push(placeholder);
    descriptors.push(descriptor);
    return placeholder;
  };
  const copy = replace(message, placeholderFor, CLONED);
  return placeholders.length === 0 ? undefined : { message: copy, placeholders, descriptors };
}

/** Returns the message with revived objects in the place of the placeholders. Its containers may be copies. */
export function fillPlaceholders(
  { message, placeholders, descriptors }: WithPlaceholders,
  revive: (descriptor: unknown) => unknown,
): unknown {
  const revived = new Map<unknown, unknown>(placeholders.map((each, n) => [each, revive(descriptors[n])]));
  return replace(message, (value) => revived.get(value), CLONED);
}
