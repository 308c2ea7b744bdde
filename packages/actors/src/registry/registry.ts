/**
 * The registry: finds an actor by a typed key. It holds what it knows weakly, so a registration keeps no actor alive and
 * ends with it.
 */
import type { AddressTo, WeakAddressTo } from "../address/address.ts";
import { weakAddress } from "../address/handle.ts";
import { cellOf } from "../cell/cell.ts";
import { DuplicateKeyError, InvalidDefinitionError } from "../errors.ts";
import type { Ask, MessageOf, Names, ReplyOf } from "../protocol.ts";
import { NO_REGISTRATION, Registration } from "./registration.ts";

declare const registered: unique symbol;

/** {@link RegistryKey}, spelled by messages and `ask`, in which its variance can be checked: there is none. */
export interface RegistryKeyFor<in out Message, in out AskFunction> {
  /** Never there: it keeps the types of keys apart. */
  readonly [registered]?: (address: AddressTo<Message, AskFunction>) => AddressTo<Message, AskFunction>;
  readonly name: string;
}

/** Stands for one actor of protocol `P`, whoever that is at the moment. Made by {@link registryKey}. */
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
 * Makes a key for an actor of protocol `P`. Every call makes a key of its own, also for a name that was used before: that is
 * why `lookup` can promise the protocol. So a key is a constant that those who register and those who look up import, best
 * from where the protocol is. (After Akka's `ServiceKey`.)
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

/** The registry of a system: at most one actor for each key. Several for one purpose are a topic, or a router. */
export class Registry {
  readonly #entries = new Map<unknown, Registration>();

  /**
   * Registers an actor, until the result is disposed of or the actor has ended for good; a restart changes nothing.
   * Nothing happens for an actor that has ended. For the actor that is registered already it returns that registration.
   *
   * Throws `DuplicateKeyError` while another actor lives that is registered, `InvalidDefinitionError` for a value that
   * is no key or no address.
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

  /** A weak address of the actor that is registered, undefined when there is none. */
  lookup<M, A>(key: RegistryKeyFor<M, A>): WeakAddressTo<M, A> | undefined {
    checkKey(key);
    const registered = this.#entries.get(key);
    return registered && (weakAddress(registered.cell) as unknown as WeakAddressTo<M, A>);
  }
}

function checkKey(key: unknown): void {
  if (!(key instanceof Key)) throw new InvalidDefinitionError("A registry key is made by registryKey<Protocol>(name)");
}
