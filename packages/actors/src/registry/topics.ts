/** Topics: a message goes to every actor that has subscribed. Subscriptions are weak, like the entries of the registry. */
import type { AddressTo, WeakAddressTo } from "../address/address.ts";
import { cloneForRecipient } from "../address/clone-for-recipient.ts";
import { checkedMessage } from "../address/sending.ts";
import { dropAddresses } from "../address/walk.ts";
import type { Cell } from "../cell/cell.ts";
import { cellOf } from "../cell/cell.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { report } from "../report.ts";
import { NO_REGISTRATION, Registration } from "./registration.ts";

declare const published: unique symbol;

/** A name under which messages of type `M` are published. Made by {@link topic}. */
export interface Topic<in out M> {
  /** Never set: it keeps the types of topics apart. */
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
 * Makes a topic for messages of type `M`. As with registry keys, every call makes a topic of its own, so it is a
 * constant that publishers and subscribers import. Throws `InvalidDefinitionError` for an empty name.
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
   * Tells an actor everything that is published from now on, until the result is disposed of, or the actor has ended
   * for good. A second call for the same actor returns the same subscription. Does nothing for an actor that has
   * ended.
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
   * Tells `message` to every actor that is subscribed at this moment and still takes messages, and returns how many
   * they are. Each subscriber gets the messages of one publisher in the order they were published.
   *
   * A subscriber that cannot take the message does not concern the others. If its mailbox is full, it has a dead
   * letter `full`; if the message cannot be copied to its thread, it has a dead letter `undeliverable`.
   *
   * All subscribers of one thread see the same object, which none of them may change. Each gets clones of the strong
   * addresses in it, in plain objects, arrays, Maps and Sets. The publisher gives its own addresses away; without subscribers
   * they are dropped.
   */
  publish<M>(topic: Topic<M>, message: NoInfer<M>): number {
    checkTopic(topic);
    checkedMessage(`topic:${topic.name}`, message);
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
