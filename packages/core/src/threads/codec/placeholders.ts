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
import { replace } from "../../internal/walk.ts";

const CLONED = { reach: "cloned" } as const;

export interface WithPlaceholders {
  readonly message: unknown;
  readonly placeholders: readonly object[];
  /** By the index of the stand-in. */
  readonly descriptors: readonly unknown[];
}

/** What to give to `postMessage` instead of `message`; undefined when `portable` says nothing of any object in it. */
export function putPlaceholders(message: unknown, portable: (value: object) => unknown): WithPlaceholders | undefined {
  const standIns: object[] = [];
  const portables: unknown[] = [];
  const replaceByStandIn = (value: object): object | undefined => {
    const instead = portable(value);
    if (instead === undefined) return undefined;
    const standIn = {};
    standIns.push(standIn);
    portables.push(instead);
    return standIn;
  };
  const copy = replace(message, replaceByStandIn, CLONED);
  return standIns.length === 0 ? undefined : { message: copy, placeholders: standIns, descriptors: portables };
}

/** The message that was packed, of which it owns the containers. */
export function fillPlaceholders(
  { message, placeholders: standIns, descriptors: portables }: WithPlaceholders,
  revive: (portable: unknown) => unknown,
): unknown {
  const revived = new Map<unknown, unknown>(standIns.map((standIn, n) => [standIn, revive(portables[n])]));
  return replace(message, (value) => revived.get(value), CLONED);
}
