/**
 * Waiting on several receivers at once, and taking from exactly one. A select waits at each of its receivers. The first that
 * has a value or disconnects wins, and in the same moment the select stops waiting at the others, which lose nothing.
 *
 * A receiver has at most one receive at a time, so each keeps one ArmWait for all its selects. Downstream are the sources
 * (internal/source.ts), whose lists the arms are in.
 */

import type { RecvError, RecvTimeoutError } from "./errors.ts";
import { InvalidArgumentError, OverlappingRecvError, UseAfterDropError } from "./errors.ts";
import { noteUnyielding } from "./internal/budget.ts";
import { chance } from "./internal/clock.ts";
import { checkOptions, flag, ignored } from "./internal/options.ts";
import { ChannelReceiver, RECV_DISCONNECTED, RECV_TIMED_OUT } from "./internal/receiver.ts";
import type { Source, WaitingReceive } from "./internal/source.ts";
import { CLOSED, NOTHING } from "./internal/source.ts";
import { refuse, settled, WAIT_OPTIONS, Wait } from "./internal/wait.ts";
import type { WaitNode } from "./internal/wait-list.ts";
import type { OneshotReceiver } from "./receiver.ts";
import type { Err, Result } from "./result.ts";
import type { WaitOptions } from "./wait-options.ts";

/** A receiver of any flavor, a timer, or a oneshot. */
export type SelectArm = OneshotReceiver<unknown>;
/** Arms by name. */
export type NamedArms = { readonly [name: string]: SelectArm };
/** Arms in an order, if that matters or if names look like integers. */
export type ListedArms = readonly (readonly [name: PropertyKey, receiver: SelectArm])[];

/** The arm that won, and its result: a value, or that it disconnected. */
export interface Selected<out Name, out T> {
  readonly arm: Name;
  readonly result: Result<T, RecvError>;
}

/** No arm was ready within the timeout. */
export interface SelectTimeout {
  readonly arm: undefined;
  readonly result: Err<RecvTimeoutError>;
}

/** One {@link Selected} for each arm, to be narrowed by `arm`. */
export type SelectedOf<Arms> = Arms extends ListedArms
  ? { [Index in keyof Arms]: SelectedPair<Arms[Index]> }[number]
  : { [Name in keyof Arms]: SelectedPair<readonly [Name, Arms[Name]]> }[keyof Arms];
type SelectedPair<Pair> = Pair extends readonly [infer Name, OneshotReceiver<infer T>] ? Selected<Name, T> : never;

/** The options of {@link select}: what ends it early, and which arm wins. */
export interface SelectOptions extends WaitOptions {
  /** If true, the first of several ready arms wins, instead of a random one. Default false. */
  readonly biased?: boolean | undefined;
}

/** The options of {@link trySelect}. */
export type TrySelectOptions = Pick<SelectOptions, "biased">;
type Untimed = SelectOptions & { readonly timeout?: undefined };

/**
 * Receives from whichever arm is ready first, and from no other.
 *
 * An arm is ready if it has a value or is disconnected. Among several ready arms a random one wins, so that a busy arm starves
 * none; with `biased` the first one wins. Resolves to `{ arm, result }`; narrow by `arm`, then by `result.ok`. If `timeout`
 * milliseconds pass first, `arm` is undefined; an aborted signal rejects. Either way nothing was taken. Arms may repeat, but
 * none may have a receive pending ({@link OverlappingRecvError}). Names that look like integers need the list form, since an
 * object would put them in another order. (After crossbeam's `select!`, and Go's.)
 *
 * @example
 * ```ts
 * import { channel, select } from "@pneumatic/core";
 *
 * const [jobs, jobReceiver] = channel<{ id: number }>();
 * const [quit, quitReceiver] = channel<never>();
 * jobs.send({ id: 1 });
 * quit.drop();
 * for (let running = true; running; ) {
 *   const { arm, result } = await select({ job: jobReceiver, quit: quitReceiver }, { biased: true });
 *   if (arm === "quit") running = false;
 *   else if (result.ok) console.log(result.value.id); // 1
 * }
 * jobs.drop();
 * ```
 */
export function select<const Arms extends ListedArms>(arms: Arms, options?: Untimed): Promise<SelectedOf<Arms>>;
export function select<const Arms extends ListedArms>(
  arms: Arms,
  options: SelectOptions | undefined,
): Promise<SelectedOf<Arms> | SelectTimeout>;
export function select<Arms extends NamedArms>(arms: Arms, options?: Untimed): Promise<SelectedOf<Arms>>;
export function select<Arms extends NamedArms>(
  arms: Arms,
  options: SelectOptions | undefined,
): Promise<SelectedOf<Arms> | SelectTimeout>;
export function select(arms: NamedArms | ListedArms, options?: SelectOptions): Promise<unknown> {
  const refusal = isBiased(options) ? undefined : refuse(options, SELECT_OPTIONS);
  if (refusal !== undefined) return refusal;
  const biased = options?.biased === true;
  try {
    const list = new ArmList(arms);
    if (list.ends.length === 0) refuseEternity(options);
    list.refuseOverlap();
    const taken = list.takeReady(biased);
    if (taken !== undefined) return settled<AnySelected>(taken, list.cooperative);
    if (options?.timeout === 0) return settled<AnySelected>(SELECT_TIMED_OUT, true);
    return new SelectWait(list, biased).start(options);
  } catch (misuse) {
    return Promise.reject(misuse);
  }
}

/**
 * Receives from an arm that is ready now, as {@link select} does; returns undefined if none is. Never waits.
 *
 * @example
 * ```ts
 * import { channel, trySelect } from "@pneumatic/core";
 *
 * const [tx, rx] = channel<string>();
 * console.log(trySelect({ rx })); // undefined
 * tx.send("now");
 * console.log(trySelect({ rx })); // { arm: "rx", result: { ok: true, value: "now" } }
 * tx.drop();
 * ```
 */
export function trySelect<const Arms extends ListedArms>(
  arms: Arms,
  options?: TrySelectOptions,
): SelectedOf<Arms> | undefined;
export function trySelect<Arms extends NamedArms>(arms: Arms, options?: TrySelectOptions): SelectedOf<Arms> | undefined;
export function trySelect(arms: NamedArms | ListedArms, options?: TrySelectOptions): unknown {
  if (options !== undefined && !isBiased(options)) checkOptions(options, TRY_SELECT_OPTIONS);
  const list = new ArmList(arms);
  const taken = list.takeReady(options?.biased === true);
  if (taken === undefined) noteUnyielding();
  return taken;
}

const SELECT_OPTIONS = { ...WAIT_OPTIONS, biased: flag };
/** It never waits, but the types let those two options pass. */
const TRY_SELECT_OPTIONS = { biased: flag, signal: ignored, timeout: ignored };

/** Returns whether `biased` is the one option that is given; this is faster than the table. */
function isBiased(options: SelectOptions | undefined): boolean {
  for (const name in options) if (name !== "biased") return false;
  return typeof options?.biased === "boolean";
}

type AnySelected = Selected<PropertyKey, unknown> | SelectTimeout;

const SELECT_TIMED_OUT: SelectTimeout = Object.freeze({ arm: undefined, result: RECV_TIMED_OUT });

/** The arms of one select: their names, and at the same index their receivers. */
class ArmList {
  readonly names: readonly PropertyKey[];
  readonly ends: readonly ChannelReceiver<unknown>[];
  /** The value of the arm that was taken. */
  cooperative = true;

  constructor(arms: NamedArms | ListedArms) {
    if (Array.isArray(arms)) {
      this.names = arms.map(armName);
      this.ends = arms.map(([name, receiver]) => receiverOf(name, receiver));
      return;
    }
    if (typeof arms !== "object" || arms === null) {
      throw new InvalidArgumentError("The arms of select", "an object or a list of [name, receiver]", arms);
    }
    const named = arms as NamedArms;
    const names = Object.keys(named);
    const ends = new Array<ChannelReceiver<unknown>>(names.length);
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      if (isIndex(name)) throw new InvalidArgumentError("A name in the object form of select", NOT_AN_INDEX, name);
      ends[index] = receiverOf(name, named[name]);
    }
    this.names = names;
    this.ends = ends;
  }

  refuseOverlap(): void {
    for (const end of this.ends) if (end.waiting !== undefined) throw new OverlappingRecvError();
  }

  /** Returns the index of a ready arm: the first one, or any with the same chance; -1 if none is ready. */
  #findReady(biased: boolean): number {
    let found = -1;
    let count = 0;
    for (let index = 0; index < this.ends.length; index++) {
      const source = this.#sourceAt(index);
      if (source.ready === 0 && source.state !== CLOSED) continue;
      if (++count === 1 || chance() * count < 1) found = index;
      if (biased) break;
    }
    return found;
  }

  #sourceAt(index: number): Source<unknown> {
    return sourceOfEnd(this.ends[index] as ChannelReceiver<unknown>);
  }

  /** Takes from a ready arm; returns undefined if none is ready. */
  takeReady(biased: boolean): Selected<PropertyKey, unknown> | undefined {
    for (;;) {
      const index = this.#findReady(biased);
      if (index < 0) return undefined;
      const source = this.#sourceAt(index);
      const value = source.take();
      if (value === NOTHING && source.state !== CLOSED) continue; // its one sender has just given up
      this.cooperative = source.cooperative;
      const result = value === NOTHING ? RECV_DISCONNECTED : ({ ok: true, value } as const);
      return { arm: this.names[index] as PropertyKey, result };
    }
  }

  /** Returns the name of the arm of `end`; if it has several, the first one, or any with the same chance. */
  nameFor(end: ChannelReceiver<unknown>, biased: boolean): PropertyKey {
    const first = this.ends.indexOf(end);
    if (biased || this.ends.lastIndexOf(end) === first) return this.names[first] as PropertyKey;
    const names = this.names.filter((_, index) => this.ends[index] === end);
    return names[Math.floor(chance() * names.length)] as PropertyKey;
  }
}

function sourceOfEnd(end: ChannelReceiver<unknown>): Source<unknown> {
  return end.channel as Source<unknown>;
}

/** Returns the receiver of an arm; throws if it is none, or was dropped. */
function receiverOf(name: PropertyKey, receiver: unknown): ChannelReceiver<unknown> {
  if (!(receiver instanceof ChannelReceiver)) {
    const expected = "a receiver made by this copy of @pneumatic/core";
    throw new InvalidArgumentError(`The arm "${String(name)}" of select`, expected, receiver);
  }
  if (receiver.channel !== undefined) return receiver;
  throw new UseAfterDropError(`Receiver, the arm "${String(name)}",`, "select");
}

class SelectWait extends Wait<AnySelected> {
  readonly #arms: ArmList;
  readonly #biased: boolean;
  /** The value of the arm that wins. */
  cooperative = true;

  constructor(arms: ArmList, biased: boolean) {
    super();
    this.#arms = arms;
    this.#biased = biased;
  }

  get timedOut(): SelectTimeout {
    return SELECT_TIMED_OUT;
  }

  /** Waits once at each receiver, though a receiver may be the arm of several names. */
  enter(): void {
    for (const end of this.#arms.ends) if (end.waiting === undefined) armOf(end).enter(this);
  }

  leave(): void {
    for (const end of this.#arms.ends) if (end.waiting !== undefined) armOf(end).leave();
  }

  won(winner: ArmWait, result: Result<unknown, RecvError>): void {
    this.leave();
    this.cooperative = winner.source.cooperative;
    this.settle({ arm: this.#arms.nameFor(winner.end, this.#biased), result });
  }
}

/** The receive of a select that waits at one receiver. */
class ArmWait implements WaitingReceive<unknown> {
  readonly end: ChannelReceiver<unknown>;
  readonly source: Source<unknown>;
  #select: SelectWait | undefined = undefined;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(end: ChannelReceiver<unknown>) {
    this.end = end;
    this.source = sourceOfEnd(end);
  }

  enter(select: SelectWait): void {
    this.#select = select;
    this.end.waiting = this;
    this.source.wait(this);
  }

  leave(): void {
    this.#served();
    this.source.unwait(this);
  }

  received(value: unknown): void {
    this.#served()?.won(this, { ok: true, value });
  }

  disconnected(): void {
    this.#served()?.won(this, RECV_DISCONNECTED);
  }

  /** Notes that it waits no more, and returns the select for which it did. */
  #served(): SelectWait | undefined {
    const select = this.#select;
    this.#select = undefined;
    this.end.waiting = undefined;
    return select;
  }
}

function armOf(end: ChannelReceiver<unknown>): ArmWait {
  end.arm ??= new ArmWait(end);
  return end.arm as ArmWait;
}

const NOT_AN_INDEX = "a name that does not look like an integer; use the list form, select([[name, receiver], ...])";

/** Returns whether objects put this key before all others. */
function isIndex(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 48 && first <= 57 && String(Number(name) >>> 0) === name;
}

function armName(pair: unknown): PropertyKey {
  if (Array.isArray(pair) && pair.length === 2 && ["string", "number", "symbol"].includes(typeof pair[0]))
    return pair[0];
  throw new InvalidArgumentError("An arm in the list form of select", "[name, receiver]", pair);
}

function refuseEternity(options: SelectOptions | undefined): void {
  if (options?.signal !== undefined || (options?.timeout ?? Number.POSITIVE_INFINITY) < Number.POSITIVE_INFINITY)
    return;
  throw new InvalidArgumentError("The count of arms of select", "1 or more if there is no timeout or signal", 0);
}
