/**
 * The probe itself: an actor whose handler records, and expectations that wait for what it records. An expectation has
 * a driver that lets time pass, and resolves in a step of the simulation as soon as it is met.
 *
 * Above the limits: a probe is an actor and its expectations at once, and reads both sides of the runtime.
 */

import type { Address, AnyAddress } from "../address/address.ts";
import { checkedMessage } from "../address/sending.ts";
import type { Message, Target } from "../address/target.ts";
import { targetOf } from "../address/target.ts";
import { dropAddresses } from "../address/walk.ts";
import { Watch } from "../address/watch.ts";
import { cellOf } from "../cell/cell.ts";
import { DeferredPromise } from "../cell/deferred-promise.ts";
import { InvalidDefinitionError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { MessageNamed, MessageOf, Names } from "../protocol.ts";
import { catchAll } from "../runtime-definition.ts";
import { runtimeOf } from "../system/runtime.ts";
import { describe } from "../wording.ts";
import { checkProbe, checkWithin } from "./check-options.ts";
import { displayMessage } from "./display.ts";
import { ExpectationError } from "./errors.ts";
import { atWork } from "./invariants.ts";
import type { Probe, ProbeOptions, ProbeReplies, Within } from "./probe.ts";
import { faultsOf, simulationOf } from "./simulated-system.ts";
import type { Simulation } from "./simulation.ts";
import { TestSystem } from "./test-system.ts";

const DEFAULT_WITHIN_MS = 3000;
const DEFAULT_SILENCE_MS = 100;
/** The messages before and after the position in question that an error shows. */
const SHOWN = 10;

/** Restarts without limit: a reply that throws is the test's business, and must not end the probe. */
const FOREVER = {
  restart: "permanent",
  intensity: { restarts: Number.MAX_SAFE_INTEGER, withinMs: 1 },
  backoff: { initialMs: 0 },
} as const;

/** An expectation that waits. */
interface Expectation {
  readonly isDone: () => boolean;
  readonly goOn: () => void;
}

class RecordingProbe<P> implements Probe<P> {
  readonly address: Address<P>;
  readonly messages: MessageOf<P>[] = [];
  /** The time at which each of them came. */
  readonly #times: number[] = [];
  /** The number of messages that expectations have taken. */
  #taken = 0;
  readonly #system: TestSystem;
  readonly #simulation: Simulation;
  readonly #expectations = new Set<Expectation>();
  readonly #watches = new Set<Watch>();
  /** Resolves when the expectations so far are over, met or not. */
  #last: Promise<unknown> = Promise.resolve();
  /** The reason why every further expectation rejects; undefined while there is none. */
  #over: { readonly why: string; readonly cause?: unknown } | undefined = undefined;

  constructor(system: TestSystem, replies: ProbeReplies<P>, options: ProbeOptions) {
    checkProbe(options);
    const { name } = options;
    if (!(system instanceof TestSystem)) {
      throw new InvalidDefinitionError("probe(system) takes a system that testSystem() or explore() has made");
    }
    checkReplies(replies);
    this.#system = system;
    this.#simulation = simulationOf(system);
    const definition = catchAll<P>("probe", (_, given) => {
      const message = given as MessageOf<P> & { readonly type: Names<P> };
      this.#record(message);
      return Object.hasOwn(replies, message.type) ? replies[message.type]?.(message) : undefined;
    });
    this.address = system.spawn(definition, { ...FOREVER, ...(name !== undefined && { name }) });
    faultsOf(system).spare(this.address.path);
    system.own(this);
  }

  expectMessage<K extends Names<P>>(first?: K | Within, second?: Within): Promise<MessageNamed<P, K>> {
    const type = typeof first === "string" ? first : undefined;
    const options = typeof first === "string" ? second : first;
    return this.#inTurn(async () => {
      const next = await this.#next(options, DEFAULT_WITHIN_MS);
      const wanted = type === undefined ? "a message" : `"${type}"`;
      if (next === undefined)
        throw this.#unmet(`expected ${wanted} ${withinText(options, DEFAULT_WITHIN_MS)}, but none came`);
      if (type !== undefined && next.type !== type)
        throw this.#unmet(`expected ${wanted} next, but "${next.type}" came`);
      this.#taken++;
      return next as MessageNamed<P, K>;
    });
  }

  expectNoMessage(options?: Within): Promise<void> {
    return this.#inTurn(async () => {
      const next = await this.#next(options, DEFAULT_SILENCE_MS);
      if (next === undefined) return;
      throw this.#unmet(`expected no message ${withinText(options, DEFAULT_SILENCE_MS)}, but "${next.type}" came`);
    });
  }

  async expectTerminated(address: AnyAddress, options?: Within): Promise<ExitReason> {
    const target = watchableActor(address, "expectTerminated(address)");
    let { ended } = target;
    const watch = new Watch(target.watches, this.#watches, (reason) => {
      ended = reason;
      this.#changed();
    });
    try {
      await this.#until(() => ended !== undefined, withinOf(options, DEFAULT_WITHIN_MS));
    } finally {
      watch[Symbol.dispose]();
    }
    if (ended === undefined) {
      throw this.#unmet(`expected "${target.path}" to end ${withinText(options, DEFAULT_WITHIN_MS)}, but it lives`);
    }
    return ended;
  }

  watch(address: AnyAddress, message: (reason: ExitReason) => MessageOf<P>): Disposable {
    const target = watchableActor(address, "watch(address, message)");
    if (typeof message !== "function") {
      throw new InvalidDefinitionError(`watch(address, message) of a probe takes a function, not ${typeof message}`);
    }
    this.#check();
    const watch = new Watch(target.watches, this.#watches, (reason) => this.#deliver(() => message(reason)));
    if (target.ended !== undefined) watch.ended(target.ended);
    return watch;
  }

  [Symbol.dispose](): void {
    this.#over ??= { why: "was disposed of, and expects nothing any more" };
    for (const watch of this.#watches) watch[Symbol.dispose]();
    for (const message of this.messages) dropAddresses(message);
    this.address.drop();
    this.#changed();
  }

  #record(message: MessageOf<P>): void {
    this.messages.push(message);
    this.#times.push(this.#system.now);
    if (this.#over !== undefined) dropAddresses(message);
    this.#changed();
  }

  /**
   * Delivers a message to itself, also if its own address was dropped. An error here is the test's: the next
   * expectation rejects with it.
   */
  #deliver(make: () => unknown): void {
    const { path, mailbox } = cellOf(this.address);
    try {
      mailbox.deliver(checkedMessage(path, make()));
    } catch (cause) {
      this.#over ??= { why: "is told of an end, but its `watch` could not make the message", cause };
      this.#changed();
    }
  }

  /** Resolves to the next message that was not taken yet. */
  async #next(options: Within | undefined, otherwise: number): Promise<Message | undefined> {
    await this.#until(() => this.messages.length > this.#taken, withinOf(options, otherwise));
    return this.messages[this.#taken] as Message | undefined;
  }

  /** Begins `expectation` when all earlier ones are over. */
  async #inTurn<T>(expectation: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const over = new DeferredPromise<void>();
    this.#last = over.promise;
    await before;
    try {
      return await expectation();
    } finally {
      over.resolve();
    }
  }

  /** Lets time pass until `isDone`, for at most `within` milliseconds. */
  async #until(isDone: () => boolean, within: number): Promise<void> {
    if (this.#over === undefined && !isDone()) {
      await new Promise<void>((goOn) => {
        const expectation = { isDone, goOn };
        this.#expectations.add(expectation);
        const isOver = (): boolean => !this.#expectations.has(expectation);
        void this.#simulation.drive(this.#system.now + within, isOver).then(() => {
          if (this.#expectations.delete(expectation)) goOn();
        });
      });
    }
    this.#check();
  }

  /** Resolves the expectations that are met by now. */
  #changed(): void {
    for (const expectation of this.#expectations) {
      if (this.#over === undefined && !expectation.isDone()) continue;
      this.#expectations.delete(expectation);
      this.#simulation.step({
        kind: "probe",
        path: this.address.path,
        type: undefined,
        waiter: undefined,
        run: expectation.goOn,
      });
    }
  }

  #check(): void {
    if (this.#over !== undefined) throw this.#unmet(this.#over.why, this.#over.cause);
  }

  /** Makes the error of an expectation: with the messages before and after the next one, which `>` points at. */
  #unmet(what: string, cause?: unknown): ExpectationError {
    const { path } = this.address;
    const from = Math.max(0, this.#taken - SHOWN);
    const rows = this.messages.slice(from, this.#taken + SHOWN).map((message, at) => {
      const mark = from + at === this.#taken ? ">" : " ";
      return `\n${mark} ${String(this.#times[from + at]).padStart(6)} ms  ${displayMessage(message as Message)}`;
    });
    const { ended } = targetOf(this.address) as Target;
    const state = ended === undefined ? "" : `; the probe has ended: ${describe(ended)}`;
    const busy = atWork(runtimeOf(this.#system));
    const waiting = busy.length === 0 ? "" : `; at work: ${busy.join(", ")}`;
    const seen = rows.length === 0 ? "No message has come." : `The messages so far (>: the next):${rows.join("")}`;
    const summary = `Probe "${path}" ${what} (at ${this.#system.now} ms${state}${waiting}). ${seen}`;
    return new ExpectationError(summary, cause === undefined ? {} : { cause });
  }
}

function withinOf(options: Within | undefined, otherwise: number): number {
  checkWithin(options);
  return options?.within ?? otherwise;
}

function withinText(options: Within | undefined, otherwise: number): string {
  return `within ${withinOf(options, otherwise)} ms`;
}

function watchableActor(address: unknown, call: string): Target {
  const target = targetOf(address);
  if (target !== undefined) return target;
  throw new InvalidDefinitionError(`${call} of a probe takes an address of an actor`);
}

function checkReplies(replies: unknown): void {
  if (typeof replies !== "object" || replies === null) {
    throw new InvalidDefinitionError(`The replies of a probe are an object of functions, not ${String(replies)}`);
  }
  for (const [type, reply] of Object.entries(replies)) {
    if (typeof reply === "function" || reply === undefined) continue;
    throw new InvalidDefinitionError(`The reply "${type}" of a probe is a function, not ${typeof reply}`);
  }
}

/**
 * Spawns a probe in a test system. Throws `InvalidDefinitionError` for another system or malformed replies, and every
 * error of `spawn`.
 *
 * @example
 * ```ts
 * import { type Address, actor } from "@pneumatic/actors";
 * import { probe, testSystem } from "@pneumatic/actors/testing";
 *
 * interface Audit {
 *   note(payload: { what: string }): void;
 *   limit(): number;
 * }
 * const till = actor({
 *   state: (audit: Address<Audit>) => ({ audit }),
 *   on: {
 *     pay: async ({ state }, { sum }: { sum: number }) => {
 *       const isFine = sum <= (await state.audit.ask({ type: "limit" }));
 *       state.audit.tell({ type: "note", what: isFine ? `paid ${sum}` : "refused" });
 *     },
 *   },
 * });
 * await using system = testSystem();
 * using audit = probe<Audit>(system, { limit: () => 100 }, { name: "audit" });
 * using address = system.spawn(till, { args: audit.address.clone() });
 * address.tell({ type: "pay", sum: 5 });
 * await audit.expectMessage("limit");
 * const { what } = await audit.expectMessage("note");
 * console.log(what); // paid 5
 * await audit.expectNoMessage();
 * ```
 */
export function probe<P>(system: TestSystem, replies: ProbeReplies<P> = {}, options: ProbeOptions = {}): Probe<P> {
  return new RecordingProbe<P>(system, replies, options);
}
