/**
 * The registry: finds an actor by a typed key. A registration keeps no actor alive, and ends with its actor. Upstream is the
 * system, which has one registry; downstream are the registrations of a cell.
 */
import type { AddressTo, WeakAddressTo } from "../address/address.ts";
import { weakAddress } from "../address/handle.ts";
import { cellOf } from "../cell/cell.ts";
import { DuplicateKeyError, InvalidDefinitionError } from "../errors.ts";
import type { Ask, MessageOf, Names, ReplyOf } from "../protocol.ts";
import { NO_REGISTRATION, Registration } from "./registration.ts";

declare const registered: unique symbol;

/** The form of {@link RegistryKey} by its messages and its `ask`, whose variance the compiler can check: there is none. */
export interface RegistryKeyFor<in out Message, in out AskFunction> {
  /** Never set: it keeps the types of keys apart. */
  readonly [registered]?: (address: AddressTo<Message, AskFunction>) => AddressTo<Message, AskFunction>;
  readonly name: string;
}

/** A key for one actor of protocol `P`: whichever is registered at the moment. Made by {@link registryKey}. */
export type RegistryKey<P> = RegistryKeyFor<
  MessageOf<P>,
  Ask<MessageOf<P>, { readonly [K in Names<P>]: ReplyOf<P, K> }>
>;

class Key {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    Object.freeze(this);
  }
}

/**
 * Makes a key for an actor of protocol `P`. Every call makes a key of its own, even for a name that was used before;
 * that is why `lookup` can promise the protocol.
 *
 * So a key is a constant, best beside the protocol, which is imported to register and to look up. Throws
 * `InvalidDefinitionError` for an empty name. (After Akka's `ServiceKey`.)
 *
 * @example
 * ```ts
 * import { ActorSystem, actor, type ProtocolOf, registryKey } from "@pneumatic/actors";
 *
 * const clock = actor({ on: { year: () => 2000 } });
 * const CLOCK = registryKey<ProtocolOf<typeof clock>>("clock");
 *
 * await using system = new ActorSystem();
 * using address = system.spawn(clock);
 * system.registry.register(CLOCK, address);
 * console.log(await system.registry.lookup(CLOCK)?.ask({ type: "year" })); // 2000
 * ```
 */
export function registryKey<P>(name: string): RegistryKey<P> {
  if (typeof name === "string" && name !== "") return new Key(name);
  throw new InvalidDefinitionError(`The name of a registry key is a string, not ${JSON.stringify(name)}`);
}

/** The registry of a system: at most one actor for each key. A topic or a router stands for several actors. */
export class Registry {
  readonly #entries = new Map<unknown, Registration>();

  /**
   * Registers an actor until the result is disposed of, or the actor has ended for good; a restart changes nothing.
   * Does nothing for an actor that has ended, and returns the same registration for one that is registered already.
   *
   * Throws `DuplicateKeyError` while another living actor is registered, `InvalidDefinitionError` if `key` is no key,
   * or `address` no address.
   */
  register<M, A>(
    key: RegistryKeyFor<M, A>,
    address: AddressTo<NoInfer<M>, NoInfer<A>> | WeakAddressTo<NoInfer<M>, NoInfer<A>>,
  ): Disposable {
    checkKey(key);
    const cell = cellOf(address);
    const registered = this.#entries.get(key);
    if (registered?.cell === cell) return registered;
    if (registered !== undefined) throw new DuplicateKeyError(key.name, cell.path, registered.cell.path);
    if (!cell.isAlive) return NO_REGISTRATION;
    const registration = new Registration(cell, () => this.#entries.delete(key));
    this.#entries.set(key, registration);
    return registration;
  }

  /** Returns a weak address of the actor that is registered, or undefined if there is none. */
  lookup<M, A>(key: RegistryKeyFor<M, A>): WeakAddressTo<M, A> | undefined {
    checkKey(key);
    const registered = this.#entries.get(key);
    return registered && (weakAddress(registered.cell) as unknown as WeakAddressTo<M, A>);
  }
}

function checkKey(key: unknown): void {
  if (!(key instanceof Key)) throw new InvalidDefinitionError("A registry key is made by registryKey<Protocol>(name)");
}
