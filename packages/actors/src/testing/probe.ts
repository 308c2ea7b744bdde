/** An actor that records what it is sent, for tests to look at. */
import { takesAll } from "../actor.ts";
import type { Address, AnyAddress } from "../address/address.ts";
import { targetOf } from "../address/handle.ts";
import type { ExitReason } from "../cell/exit-reason.ts";
import { InvalidDefinitionError } from "../errors.ts";
import type { MessageNamed, MessageOf, Names } from "../protocol.ts";
import { display } from "./display.ts";
import { ExpectationError } from "./errors.ts";
import type { Simulation } from "./simulation.ts";
import type { TestSystem } from "./test-system.ts";
import { faultsOf, simulationOf } from "./test-system.ts";

const DEFAULT_WITHIN_MS = 3000;
const DEFAULT_SILENCE_MS = 100;

/** How long is waited, in milliseconds of the system's time. */
export interface Within {
  readonly within?: number;
}

/** How a probe replies to asks: as the methods of its protocol do. What has no reply here is replied to with `undefined`. */
export type ProbeReplies<P> = { readonly [K in Names<P>]?: P[K] };

/** An actor that records. What it expects waits in virtual time: the time of the system moves as far as needed. */
export interface Probe<P> extends Disposable {
  /** Where it takes its messages; given to anything that wants an address of this protocol. Dropped with the probe. */
  readonly address: Address<P>;
  /** Every message so far, in order. */
  readonly messages: readonly MessageOf<P>[];
  /**
   * Takes the next message, if it is there or comes `within` milliseconds (3,000 when left out); with `type`, it must be of
   * that type. Rejects with an {@link ExpectationError}.
   */
  expectMessage(options?: Within): Promise<MessageOf<P>>;
  expectMessage<K extends Names<P>>(type: K, options?: Within): Promise<MessageNamed<P, K>>;
  /** Rejects with an {@link ExpectationError} if a message is there that was not taken, or comes `within` milliseconds (100). */
  expectNoMessage(options?: Within): Promise<void>;
  /** Resolves to why the actor ended for good, if it does `within` milliseconds (3,000). */
  expectTerminated(address: AnyAddress, options?: Within): Promise<ExitReason>;
}

/**
 * Spawns a probe in a test system.
 *
 * @example
 * ```ts
 * import { type Address, actor } from "@pneumatic/actors";
 * import { probe, testSystem } from "@pneumatic/actors/testing";
 *
 * interface Audit {
 *   note(payload: { what: string }): void;
 * }
 * const till = actor({
 *   state: (audit: Address<Audit>) => ({ audit }),
 *   on: { pay: ({ state }, { sum }: { sum: number }) => state.audit.tell({ type: "note", what: `paid ${sum}` }) },
 * });
 * await using system = testSystem();
 * using audit = probe<Audit>(system);
 * using address = system.spawn(till, { args: audit.address.clone() });
 * address.tell({ type: "pay", sum: 5 });
 * const { what } = await audit.expectMessage("note");
 * console.log(what); // paid 5
 * await audit.expectNoMessage();
 * ```
 */
export function probe<P>(system: TestSystem, replies: ProbeReplies<P> = {}): Probe<P> {
  return new RecordingProbe<P>(system, replies);
}

class RecordingProbe<P> implements Probe<P> {
  readonly address: Address<P>;
  readonly messages: MessageOf<P>[] = [];
  readonly #simulation: Simulation;
  readonly #now: () => number;
  #taken = 0;

  constructor(system: TestSystem, replies: ProbeReplies<P>) {
    this.#simulation = simulationOf(system);
    this.#now = () => system.now;
    const definition = takesAll<P>("probe", (_, given) => {
      const message = given as MessageOf<P> & { readonly type: Names<P> };
      this.messages.push(message);
      const reply = Object.hasOwn(replies, message.type) ? replies[message.type] : undefined;
      return typeof reply === "function" ? reply.call(replies, message) : undefined;
    });
    this.address = system.spawn(definition);
    faultsOf(system).spare(this.address.path);
  }

  async expectMessage<K extends Names<P>>(first?: K | Within, second?: Within): Promise<MessageNamed<P, K>> {
    const type = typeof first === "string" ? first : undefined;
    const within = withinOf(typeof first === "string" ? second : first, DEFAULT_WITHIN_MS);
    await this.#wait(within, () => this.messages.length > this.#taken);
    const message = this.messages[this.#taken] as (MessageNamed<P, K> & { readonly type: string }) | undefined;
    const wanted = type === undefined ? "a message" : `"${type}"`;
    if (message === undefined) throw this.#unmet(`expected ${wanted} within ${within} ms, but none came`);
    if (type !== undefined && message.type !== type) {
      throw this.#unmet(`expected "${type}" next, but came ${display(message)}`);
    }
    this.#taken++;
    return message;
  }

  async expectNoMessage(options?: Within): Promise<void> {
    const within = withinOf(options, DEFAULT_SILENCE_MS);
    await this.#wait(within, () => this.messages.length > this.#taken);
    const message = this.messages[this.#taken];
    if (message !== undefined)
      throw this.#unmet(`expected no message within ${within} ms, but came ${display(message)}`);
  }

  async expectTerminated(address: AnyAddress, options?: Within): Promise<ExitReason> {
    const target = targetOf(address);
    if (target === undefined)
      throw new InvalidDefinitionError("expectTerminated(address) takes an address of an actor");
    const within = withinOf(options, DEFAULT_WITHIN_MS);
    await this.#wait(within, () => target.ended !== undefined);
    if (target.ended === undefined) throw this.#unmet(`expected "${target.path}" to end within ${within} ms; it lives`);
    return target.ended;
  }

  [Symbol.dispose](): void {
    this.address.drop();
  }

  async #wait(within: number, isDone: () => boolean): Promise<void> {
    if (!isDone()) await this.#simulation.drive(this.#now() + within, isDone);
  }

  #unmet(what: string): ExpectationError {
    const before = this.messages.slice(0, this.#taken).map(({ type }: { readonly type: string }) => type);
    const taken = before.length === 0 ? "no message was taken" : `taken were ${before.join(", ")}`;
    return new ExpectationError(`Probe "${this.address.path}" ${what}; before it, ${taken}`);
  }
}

function withinOf(options: Within | undefined, otherwise: number): number {
  const within = options?.within ?? otherwise;
  if (typeof within === "number" && within >= 0 && Number.isFinite(within)) return within;
  throw new InvalidDefinitionError(`\`within\` is a number of milliseconds from 0, not ${String(within)}`);
}
