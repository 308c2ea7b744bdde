/**
 * Topics: tells a message to every actor that has subscribed, without knowing any. Subscriptions are weak like the entries
 * of the registry.
 */
import type { AddressTo, WeakAddressTo } from "../address/address.ts";
import { cloneForRecipient } from "../address/clone-for-recipient.ts";
import { checked } from "../address/sending.ts";
import { dropAddresses } from "../address/walk.ts";
import type { Cell } from "../cell/cell.ts";
import { cellOf } from "../cell/cell.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { report } from "../report.ts";
import { NO_REGISTRATION, Registration } from "./registration.ts";

declare const published: unique symbol;

/** A topic, under which messages of type `M` are published. */
export interface Topic<in out M> {
  /** Never there: it keeps the types of topics apart. */
  readonly [published]?: (message: M) => M;
  readonly name: string;
}

/** Any handle on an actor that takes messages of type `M`. */
export type Subscriber<M> = AddressTo<M, unknown> | WeakAddressTo<M, unknown>;

class NamedTopic {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    Object.freeze(this);
  }
}

/**
 * Makes a topic for messages of type `M`. As with registry keys, every call makes a topic of its own: it is a constant that
 * publishers and subscribers import.
 *
 * @example
 * ```ts
 * import { ActorSystem, actor, topic } from "@pneumatic/actors";
 *
 * const PRICES = topic<{ type: "price"; of: string; cents: number }>("prices");
 * const screen = actor({
 *   on: { price: (_, { of, cents }: { of: string; cents: number }) => console.log(`${of}: ${cents}`) },
 * });
 * await using system = new ActorSystem();
 * using address = system.spawn(screen);
 * system.topics.subscribe(PRICES, address);
 * console.log(system.topics.publish(PRICES, { type: "price", of: "tea", cents: 250 })); // 1, and then: tea: 250
 * ```
 */
export function topic<M extends { readonly type: string }>(name: string): Topic<M> {
  if (typeof name === "string" && name !== "") return new NamedTopic(name);
  throw new InvalidDefinitionError(`The name of a topic is a string, not ${JSON.stringify(name)}`);
}

/** The topics of a system. */
export class Topics {
  readonly #topics = new Map<unknown, Map<Cell, Registration>>();

  /**
   * Tells an actor everything that is published from now on, until the result is disposed of or the actor has ended for
   * good. A second call returns the same subscription. Nothing happens for an actor that has ended.
   */
  subscribe<M>(topic: Topic<M>, address: Subscriber<NoInfer<M>>): Disposable {
    checkTopic(topic);
    const cell = cellOf(address);
    const known = this.#topics.get(topic)?.get(cell);
    if (known !== undefined) return known;
    if (!cell.isAlive) return NO_REGISTRATION;
    const subscribers = this.#topics.get(topic) ?? new Map<Cell, Registration>();
    const registration = new Registration(cell, () => this.#unsubscribe(topic, cell));
    this.#topics.set(topic, subscribers.set(cell, registration));
    return registration;
  }

  /**
   * Tells `message` to every subscriber that still takes messages, and returns their number. The messages of one
   * publisher reach each subscriber in order.
   *
   * Each is told on its own. A subscriber whose mailbox is full has a dead letter `full`. One that cannot take the
   * message, because it cannot be copied to its thread, has a dead letter `undeliverable`. Neither concerns the others.
   *
   * All subscribers of one thread see the same object, which none of them may change. Only strong addresses in it are
   * each subscriber's own: a clone, found in plain objects and arrays, which belongs to the message as always. The
   * publisher gives its own away; without subscribers they are dropped.
   */
  publish<M>(topic: Topic<M>, message: NoInfer<M>): number {
    checkTopic(topic);
    checked(`topic:${topic.name}`, message);
    const subscribers = this.#topics.get(topic);
    const cells = subscribers === undefined ? [] : [...subscribers.keys()].filter(({ mailbox }) => !mailbox.isClosed);
    const last = cells.length - 1;
    cells.forEach((cell, n) => {
      tell(cell, n === last ? message : cloneForRecipient(message), topic.name);
    });
    if (cells.length === 0) dropAddresses(message);
    return cells.length;
  }

  #unsubscribe(topic: unknown, cell: Cell): void {
    const subscribers = this.#topics.get(topic);
    subscribers?.delete(cell);
    if (subscribers?.size === 0) this.#topics.delete(topic);
  }
}

function tell(cell: Cell, message: unknown, topic: string): void {
  try {
    cell.inbox.tell(message);
  } catch (error) {
    cell.mailbox.account.accepted++;
    cell.mailbox.discard(message, "undeliverable");
    report(cell.runtime.log, "error", { err: error, actor: cell.path, topic }, "a subscriber cannot be told");
  }
}

function checkTopic(topic: unknown): void {
  if (!(topic instanceof NamedTopic)) throw new InvalidDefinitionError("A topic is made by topic<Message>(name)");
}
