/**
 * The actors that a thread knows, from the parent's side: its exports. While the thread has strong addresses of an
 * actor, the parent owns one on its behalf. It counts every strong address that it sends. The thread gives back as many
 * as it got when it has dropped them all, so that one on its way is never overlooked. All exports end with the thread.
 * (After the tables of CapTP, and weighted reference counting.)
 *
 * The messages of the thread go into the mailboxes from here, in the order in which they were sent.
 *
 * Above the limits: it answers every kind of record that concerns an address.
 */
import { unmark } from "@pneumatic/core/internal/threads";
import type { TransferList } from "@pneumatic/core/threads";
import type { WeakAddressTo } from "../../address/address.ts";
import { closedSender, strongAddress, weakAddress } from "../../address/handle.ts";
import { askAt } from "../../address/sending.ts";
import type { AnyAsk, Message, Target } from "../../address/target.ts";
import { targetOf } from "../../address/target.ts";
import { dropAddresses, isStrong } from "../../address/walk.ts";
import { Watch } from "../../address/watch.ts";
import { Cell } from "../../cell/cell.ts";
import { ActorStoppedError, StartFailedError, ThreadLostError } from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { Credits } from "../../mailbox/credits.ts";
import type { Envelope } from "../../reply/ask.ts";
import { noteAccepted } from "../../reply/ask.ts";
import type { Waiter } from "../../reply/wait-for-graph.ts";
import { marshalError, marshalReason } from "../wire/errors.ts";
import type { AddressDescriptor, AddressTable, Marshalled } from "../wire/marshal.ts";
import { marshal, uncloneable, unmarshal } from "../wire/marshal.ts";
import type { FromImports, ToImports } from "../wire/messages.ts";

type Weak = WeakAddressTo<Message, AnyAsk>;

/** An actor that the thread knows. */
interface Export {
  readonly id: number;
  readonly target: Target;
  readonly weak: Weak;
  readonly watch: Watch;
  /** The strong addresses that went there and were not given back. */
  strongCount: number;
  /** The addresses that went there and were not given back. */
  refCount: number;
  strong: Disposable | undefined;
  /** The credits of the thread; undefined if the mailbox has no capacity, or is a router's. */
  readonly credits: Credits | undefined;
}

/** An actor that was asked for and could not be made. */
interface FailedSpawn {
  readonly path: string;
  readonly reason: ExitReason;
  readonly error: unknown;
}

export class Exports implements AddressTable {
  readonly #post: (record: ToImports, transferList?: TransferList) => void;
  /** Positive: the numbers that a thread gives itself are negative. */
  #lastId = 0;
  readonly #byId = new Map<number, Export>();
  readonly #ids = new Map<Target, number>();
  readonly #watching = new Set<Watch>();
  /** The failed spawns, by the numbers of the thread. */
  readonly #failedSpawns = new Map<number, FailedSpawn>();
  /** The controllers that end the waits of the thread, by its numbers. */
  readonly #asks = new Map<number, AbortController>();
  readonly #sends = new Map<number, AbortController>();
  #isOver = false;

  /** `post` throws when its record cannot be copied. */
  constructor(post: (record: ToImports, transferList?: TransferList) => void) {
    this.#post = post;
  }

  exportAddress(handle: object): AddressDescriptor {
    const exported = this.#exportOf(targetOf(handle) as Target);
    this.#countRef(exported);
    const strong = isStrong(handle);
    if (strong) this.#countStrong(exported);
    const { id, target, credits } = exported;
    const descriptor = { id, path: target.path, isStrong: strong, takesAll: target.inbox.takesAll };
    if (credits === undefined) return descriptor;
    credits.grant();
    return { ...descriptor, credits: credits.words };
  }

  /** Exports a weak address of an actor, for itself. */
  exportWeak(target: Target): AddressDescriptor {
    return this.exportAddress(weakAddress(target));
  }

  importAddress({ id, isStrong: strong, path }: AddressDescriptor): object {
    const exported = this.#byId.get(id);
    if (exported === undefined) throw new Error(`No actor "${path}" is known to this thread`);
    if (!strong) return weakAddress(exported.target);
    return exported.weak.upgrade() ?? strongAddress(exported.target, closedSender());
  }

  /** Exports an actor that the thread has numbered itself, with one strong address: `strong`. */
  bind(id: number, strong: Disposable): void {
    const target = targetOf(strong) as Target;
    this.#ids.set(target, id);
    const exported = this.#exportOf(target);
    this.#countRef(exported);
    this.#countStrong(exported);
    strong[Symbol.dispose]();
    if (exported.credits === undefined) return;
    exported.credits.grant();
    this.#sendRecord({ op: "credits", id, credits: exported.credits.words });
  }

  /** Notes that an actor that the thread has numbered itself could not be made. */
  spawnFailed(id: number, failedSpawn: FailedSpawn): void {
    this.#failedSpawns.set(id, failedSpawn);
    this.#sendRecord({ op: "ended", id, reason: marshalReason(failedSpawn.reason) });
  }

  received(record: FromImports): void {
    if (this.#isOver) return; // its end may come in the middle of other work
    const failedSpawn =
      "to" in record
        ? this.#failedSpawns.get(record.to)
        : "id" in record
          ? this.#failedSpawns.get(record.id)
          : undefined;
    if (failedSpawn === undefined) this.#received(record);
    else this.#refuse(record, failedSpawn);
  }

  #received(record: FromImports): void {
    switch (record.op) {
      case "tell":
        this.#tell(this.#find(record.to).target, this.#unmarshalled(record.message));
        return;
      case "ask":
        void this.#ask(
          record.n,
          this.#find(record.to).target,
          this.#unmarshalled(record.message),
          this.#waiterOf(record.by),
        );
        return;
      case "send":
        void this.#send(
          record.n,
          this.#addressFor(record.to, record.by),
          this.#unmarshalled(record.message),
          record.timeout,
        );
        return;
      case "sendOnCredit":
        this.#find(record.to).credits?.fulfill(this.#unmarshalled(record.message));
        return;
      case "requestCredits":
        this.#find(record.id).credits?.requested();
        return;
      case "giveUp":
        (this.#asks.get(record.n) ?? this.#sends.get(record.n))?.abort();
        return;
      case "released":
        this.#released(this.#find(record.id), record.count);
        return;
      case "upgraded":
        this.#countStrong(this.#find(record.id));
        return;
      case "forgotten":
        this.#forgotten(this.#find(record.id), record.refCount);
        return;
      case "awaitStart":
        this.#find(record.id).target.started.then(
          () => this.#sendRecord({ op: "hasStarted", id: record.id, error: undefined }),
          (error) => this.#sendRecord({ op: "hasStarted", id: record.id, error: marshalError(error) }),
        );
    }
  }

  /** Answers the records about a failed spawn. Drops the messages to it. */
  #refuse(record: FromImports, { path, reason, error }: FailedSpawn): void {
    switch (record.op) {
      case "ask":
        this.#sendRecord({ op: "refused", n: record.n, error: marshalError(new ActorStoppedError(path, reason)) });
        return;
      case "send":
        this.#sendRecord({ op: "sent", n: record.n, outcome: "disconnected" });
        return;
      case "awaitStart":
        this.#sendRecord({ op: "hasStarted", id: record.id, error: marshalError(new StartFailedError(path, error)) });
        return;
      case "forgotten":
        this.#failedSpawns.delete(record.id);
    }
  }

  /** Ends all exports: the thread is gone. The messages that it has sent wait for room as they would have. */
  end(): void {
    this.#isOver = true;
    for (const watch of [...this.#watching]) watch[Symbol.dispose]();
    for (const wait of this.#asks.values()) wait.abort(new ThreadLostError("terminated", "who asked was on it"));
    for (const { strong, credits } of this.#byId.values()) {
      credits?.end();
      strong?.[Symbol.dispose]();
    }
    this.#byId.clear();
    this.#ids.clear();
  }

  #exportOf(target: Target): Export {
    const id = this.#ids.get(target) ?? ++this.#lastId;
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const weak = weakAddress(target);
    const watch = new Watch(target.watches, this.#watching, (reason) => this.#gone(id, reason));
    const exported: Export = {
      id,
      target,
      weak,
      watch,
      strongCount: 0,
      refCount: 0,
      strong: undefined,
      credits: creditsOf(target),
    };
    this.#byId.set(id, exported);
    this.#ids.set(target, id);
    return exported;
  }

  /** Counts one more address that goes there. A thread may have forgotten an actor, with the news of its end. */
  #countRef(exported: Export): void {
    exported.refCount++;
    const { id, target } = exported;
    const { ended } = target;
    if (ended !== undefined) queueMicrotask(() => this.#gone(id, ended)); // when it is known there
  }

  #find(id: number): Export {
    const exported = this.#byId.get(id);
    if (exported === undefined) throw new Error(`No actor ${id} is known to this thread`);
    return exported;
  }

  #countStrong(exported: Export): void {
    exported.strongCount++;
    if (exported.strong === undefined && exported.target.ended === undefined) exported.strong = exported.weak.upgrade();
  }

  #released(exported: Export, count: number): void {
    exported.strongCount -= count;
    if (exported.strongCount > 0) return;
    exported.strong?.[Symbol.dispose]();
    exported.strong = undefined;
  }

  #forgotten(exported: Export, refCount: number): void {
    exported.refCount -= refCount;
    if (exported.refCount > 0) return;
    exported.watch[Symbol.dispose]();
    exported.credits?.end();
    exported.strong?.[Symbol.dispose]();
    this.#byId.delete(exported.id);
    this.#ids.delete(exported.target);
  }

  #gone(id: number, reason: ExitReason): void {
    this.#sendRecord({ op: "ended", id, reason: marshalReason(reason) });
    const exported = this.#byId.get(id);
    exported?.strong?.[Symbol.dispose]();
    if (exported !== undefined) exported.strong = undefined;
  }

  /** Returns an address of one actor with another one as its owner, if that is known. */
  #addressFor(to: number, by: number | undefined): Weak {
    const { target, weak } = this.#find(to);
    const waiter = this.#waiterOf(by);
    return waiter === undefined ? weak : weakAddress(target, waiter);
  }

  #waiterOf(by: number | undefined): Waiter | undefined {
    return by === undefined ? undefined : this.#byId.get(by)?.target;
  }

  #tell({ inbox }: Target, message: Message): void {
    try {
      inbox.tell(message);
    } catch (error) {
      dropAddresses(message);
      throw error;
    }
  }

  #unmarshalled(message: Marshalled): Message {
    return unmarshal(message, this) as Message;
  }

  async #ask(n: number, { path, inbox, deadlines }: Target, message: Message, waiter?: Waiter): Promise<void> {
    const { signal } = waitIn(this.#asks, n);
    let ask: Envelope | undefined;
    try {
      ask = askAt(inbox, message, deadlines, { timeout: Number.POSITIVE_INFINITY, signal }, waiter);
      this.#answer(n, path, await ask.promise);
    } catch (error) {
      if (ask?.wasAccepted !== true) dropAddresses(message);
      noteAccepted(error, true); // the thread has given the addresses away at the call
      this.#sendRecord({ op: "refused", n, error: marshalError(error) });
    } finally {
      this.#asks.delete(n);
    }
  }

  #answer(n: number, path: string, reply: unknown): void {
    if (this.#isOver) {
      dropAddresses(reply);
      return;
    }
    const { value, attached, transferList } = marshal(path, reply, this);
    try {
      this.#post({ op: "answered", n, reply: { value, attached } }, transferList);
      unmark(reply);
    } catch (error) {
      for (const [, descriptor] of attached) if (descriptor.isStrong) this.#released(this.#find(descriptor.id), 1);
      throw uncloneable(path, reply, error, "the reply");
    } finally {
      dropAddresses(reply);
    }
  }

  async #send(n: number, address: Weak, message: Message, timeout: number): Promise<void> {
    const { signal } = waitIn(this.#sends, n);
    try {
      const sent = await address.send(message, { timeout, signal });
      if (!sent.ok) dropAddresses(message);
      this.#sendRecord({ op: "sent", n, outcome: sent.ok ? "ok" : sent.error.kind });
    } catch (error) {
      dropAddresses(message);
      this.#sendRecord({ op: "refused", n, error: marshalError(error) });
    } finally {
      this.#sends.delete(n);
    }
  }

  #sendRecord(record: ToImports): void {
    this.#post(record);
  }
}

/** Makes the controller of a wait that the thread knows by `n`. */
function waitIn(waits: Map<number, AbortController>, n: number): AbortController {
  const wait = new AbortController();
  waits.set(n, wait);
  return wait;
}

/** Makes credits for an actor whose mailbox can be full. */
function creditsOf(target: Target): Credits | undefined {
  if (!(target instanceof Cell) || target.inbox !== target.mailbox || target.mailbox.takesAll) return undefined;
  const { capacity, rankOf } = target.settings.mailbox;
  return capacity === 0 || rankOf !== undefined ? undefined : new Credits(target.mailbox);
}
