/** The real channels, driven by the commands of the model test. */
import { getEventListeners } from "node:events";
import type { MpmcReceiver, OneshotReceiver, Permit, Receiver, Result, SyncSender, WaitOptions } from "@pneumatic/core";
import { after, channel, mpmc, never, select, syncChannel, tick, trySelect } from "@pneumatic/core";
import type { Command, Opening, Shape, Wait } from "./channel-commands.ts";
import { armName, at, many, payload, SIGNALS, SLOTS, TIMERS } from "./channel-commands.ts";
import type { EitherSender } from "./flavors.ts";
import type { VirtualClock } from "./virtual-clock.ts";

type Strong = EitherSender<string>;
type Batch = Disposable & readonly Permit<string>[];
type Slots = Result<Permit<string> | Batch, { readonly kind: string }>;
/** What may be settled; the fields tell which. */
interface Outcome {
  readonly ok?: boolean;
  readonly value?: unknown;
  readonly error?: { readonly kind: string; readonly value?: unknown };
  readonly done?: boolean;
  readonly arm?: string;
  readonly result?: Outcome;
}

export class WorldDriver {
  /** What the promises of the operations so far have come to, in the order in which they settled. */
  readonly log: string[] = [];
  /** How many promises have not settled. */
  pending = 0;
  readonly #clock: VirtualClock;
  readonly #receivers: Receiver<unknown>[];
  readonly #senders: Strong[] = [];
  readonly #dropped = new Set<Strong>();
  readonly #weak: ReturnType<Strong["downgrade"]>[];
  readonly #batches: Batch[] = [];
  readonly #signals: AbortController[] = [];
  readonly #allSignals: AbortController[] = [];
  readonly #iterators: (AsyncIterableIterator<unknown> | undefined)[] = new Array(SLOTS).fill(undefined);

  constructor(openings: readonly Opening[], clock: VirtualClock) {
    this.#clock = clock;
    clock.advance(1);
    const ends = openings.map(open);
    this.#receivers = [...ends.map(([, receiver]) => receiver), ...TIMERS.map(setTimer)];
    for (const [sender] of ends) this.#addSender(sender);
    this.#weak = ends.map(([sender]) => sender.downgrade());
    clock.advance(1);
    for (let index = 0; index < SIGNALS; index++) this.#renew(index);
  }

  /** Runs `command` as operation number `id`; returns what is known at once. */
  run(id: number, command: Command): string {
    try {
      return this.#run(id, command);
    } catch (error) {
      return kindOf(error);
    }
  }

  shape(): Shape {
    return {
      receivers: this.#receivers.map(({ length, isEmpty, isClosed }) => {
        if (isEmpty !== (length === 0)) throw new Error(`isEmpty is ${isEmpty} at a length of ${length}`);
        return [length, isClosed];
      }),
      senders: this.#senders.map((sender) =>
        this.#dropped.has(sender) ? undefined : [sender.length, sender.isDisconnected, availableOf(sender)],
      ),
      timers: this.#clock.pending,
      listeners: this.#allSignals.map(({ signal }) => getEventListeners(signal, "abort").length),
    };
  }

  #run(id: number, command: Command): string {
    switch (command.do) {
      case "send":
        return this.#send(id, this.#sender(command.by), command.wait);
      case "trySend":
        return describe(this.#sender(command.by).trySend(payload(id)));
      case "reserve":
        return this.#reserve(id, this.#sender(command.by), command.count, command.wait);
      case "tryReserve":
        return this.#tryReserve(this.#sender(command.by), command.count);
      case "permitSend":
        return describe(at(this.#batches.flat(), command.permit)?.send(payload(id)), "nothing");
      case "permitDrop":
        at(this.#batches.flat(), command.permit)?.drop();
        return "done";
      case "permitsDrop":
        at(this.#batches, command.batch)?.[Symbol.dispose]();
        return "done";
      case "closed":
        return this.#follow(id, this.#sender(command.by).closed(this.#options(command)));
      case "clone":
        return this.#addSender(this.#sender(command.by).clone());
      case "dropSender":
        return this.#dropSender(this.#sender(command.by));
      case "upgrade":
        return this.#addSender(at(this.#weak, command.channel)?.upgrade());
      case "recv":
        return this.#recv(id, this.#receiver(command.at), command.wait);
      case "tryRecv":
        return describe(this.#receiver(command.at).tryRecv());
      case "recvMany":
        return this.#recvMany(id, this.#receiver(command.at), command.limit, command);
      case "drain":
        return many(this.#receiver(command.at).drain());
      case "tryIter":
        return many(upTo(this.#receiver(command.at).tryIter(), command.limit));
      case "iter":
        this.#iterators[command.slot] = this.#receiver(command.at).iter(this.#options(command));
        return "done";
      case "next":
        return this.#follow(id, this.#iterators[command.slot]?.next());
      case "return":
        return this.#follow(id, this.#iterators[command.slot]?.return?.());
      case "cloneReceiver":
        return this.#cloneReceiver(this.#receiver(command.at));
      case "close":
        this.#receiver(command.at).close();
        return "done";
      case "dropReceiver":
        this.#receiver(command.at).drop();
        return "done";
      case "select":
        return this.#select(id, command.arms, command.biased, command.wait);
      case "trySelect":
        return describe(this.#trySelect(command.arms, command.biased), "nothing");
      case "abort":
        return this.#abort(command.signal);
      case "advance":
        this.#clock.advance(command.ms);
        return "done";
      default:
        return command satisfies never;
    }
  }

  /** Uses the short form where there is one. */
  #send(id: number, sender: Strong, wait: Wait): string {
    const value = payload(id);
    if (!isBounded(sender)) return describe(sender.send(value) as Outcome);
    const { timeout, signal } = wait;
    const isShort = timeout !== undefined && signal === undefined;
    return this.#follow(id, isShort ? sender.sendTimeout(value, timeout) : sender.send(value, this.#options(wait)));
  }

  #reserve(id: number, sender: Strong, count: number, wait: Wait): string {
    if (!isBounded(sender)) return "nothing";
    const options = this.#options(wait);
    const reserved: Promise<Slots> = count === 1 ? sender.reserve(options) : sender.reserveMany(count, options);
    return this.#follow(id, reserved, (slots) => this.#keep(slots));
  }

  #tryReserve(sender: Strong, count: number): string {
    if (!isBounded(sender)) return "nothing";
    return this.#keep(count === 1 ? sender.tryReserve() : sender.tryReserveMany(count));
  }

  #keep(slots: Slots): string {
    if (!slots.ok) return slots.error.kind;
    const batch = Array.isArray(slots.value) ? (slots.value as Batch) : batchOf(slots.value as Permit<string>);
    this.#batches.push(batch);
    return `permits ${batch.length}`;
  }

  #recv(id: number, receiver: Receiver<unknown>, wait: Wait): string {
    const { timeout, signal } = wait;
    const isShort = timeout !== undefined && signal === undefined;
    return this.#follow(id, isShort ? receiver.recvTimeout(timeout) : receiver.recv(this.#options(wait)));
  }

  #recvMany(id: number, receiver: Receiver<unknown>, limit: number, wait: Wait): string {
    const into: unknown[] = ["kept"];
    return this.#follow(id, receiver.recvMany(into, limit, this.#options(wait)), (count) => {
      if (into.length !== count + 1 || into[0] !== "kept") throw new Error(`${count} came, and now there is ${into}`);
      return many(into.slice(1));
    });
  }

  #select(id: number, arms: readonly number[], biased: boolean, wait: Wait): string {
    const options = { ...this.#options(wait), biased };
    // Both forms, in turn.
    const selected: Promise<unknown> =
      arms.length % 2 === 0
        ? select(this.#listed(arms), options)
        : select(Object.fromEntries(this.#listed(arms)), options);
    return this.#follow(id, selected as Promise<Outcome>);
  }

  #trySelect(arms: readonly number[], biased: boolean): Outcome | undefined {
    return trySelect(this.#listed(arms), { biased }) as Outcome | undefined;
  }

  #listed(arms: readonly number[]): [string, OneshotReceiver<unknown>][] {
    return arms.map((index, place) => [armName(place), this.#receiver(index)]);
  }

  #follow<R>(id: number, promise: Promise<R> | undefined, tell: (outcome: R) => string = describe as never): string {
    if (promise === undefined) return "nothing";
    this.pending++;
    promise.then(tell, kindOf).then((outcome) => {
      this.pending--;
      this.log.push(`${id}: ${outcome}`);
    });
    return "later";
  }

  #options({ timeout, signal }: Wait): WaitOptions | undefined {
    if (timeout === undefined && signal === undefined) return undefined;
    return { timeout, signal: signal === undefined ? undefined : this.#signals[signal]?.signal };
  }

  #abort(index: number): string {
    const controller = this.#signals[index] as AbortController;
    if (controller.signal.aborted) return this.#renew(index);
    controller.abort("aborted");
    return "done";
  }

  #renew(index: number): string {
    const controller = new AbortController();
    this.#signals[index] = controller;
    this.#allSignals.push(controller);
    return "done";
  }

  #sender(index: number): Strong {
    return at(this.#senders, index) as Strong;
  }

  #receiver(index: number): Receiver<unknown> {
    return at(this.#receivers, index) as Receiver<unknown>;
  }

  /** A dropped handle is kept, since its use is part of the test. */
  #addSender(sender: Strong | undefined): string {
    if (sender === undefined) return "nothing";
    this.#senders.push(sender);
    return "done";
  }

  #dropSender(sender: Strong): string {
    this.#dropped.add(sender);
    sender.drop();
    return "done";
  }

  #cloneReceiver(receiver: Receiver<unknown>): string {
    if (!("clone" in receiver)) return "nothing";
    this.#receivers.push((receiver as MpmcReceiver<unknown>).clone());
    return "done";
  }
}

function open({ capacity, shared }: Opening): [Strong, Receiver<unknown>] {
  const make = shared ? mpmc : { channel, syncChannel };
  return capacity === Number.POSITIVE_INFINITY ? make.channel<string>() : make.syncChannel<string>(capacity);
}

function setTimer({ ms, interval }: (typeof TIMERS)[number]): Receiver<unknown> {
  if (interval !== undefined) return tick(interval);
  return ms === Number.POSITIVE_INFINITY ? never() : after(ms);
}

function isBounded(sender: Strong): sender is SyncSender<string> {
  return "reserve" in sender;
}

function availableOf(sender: Strong): number {
  return isBounded(sender) ? sender.available : Number.POSITIVE_INFINITY;
}

function batchOf(permit: Permit<string>): Batch {
  return Object.assign([permit], { [Symbol.dispose]: () => permit.drop() });
}

function upTo(values: Iterable<unknown>, limit: number): unknown[] {
  const taken: unknown[] = [];
  if (limit === 0) return taken;
  for (const value of values) if (taken.push(value) === limit) break;
  return taken;
}

function describe(outcome: Outcome | undefined, nothing = "done"): string {
  if (outcome === undefined) return nothing;
  const { done, ok, arm, result, value, error } = outcome;
  if (result !== undefined) return arm === undefined ? describe(result) : `${arm} ${describe(result)}`;
  if (done === true) return "done";
  if (ok === false) return error?.value === undefined ? String(error?.kind) : `${error.kind} ${error.value}`;
  return value === undefined ? "sent" : `value ${value}`;
}

/** The reason of an abort is a string here; all else that is thrown must be misuse. */
function kindOf(reason: unknown): string {
  return typeof reason === "string" ? reason : String((reason as { kind?: string }).kind ?? reason);
}
