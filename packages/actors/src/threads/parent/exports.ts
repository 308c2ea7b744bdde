/**
 * What a thread holds of the actors elsewhere, from the parent's side. For each actor that the thread has strong addresses of,
 * one is held here on its behalf: a lease. It is granted again with every strong address that goes there, and given back
 * by the thread when it has dropped as many as it got, so that one on its way is never overlooked. All leases end with the
 * thread. (After the leases of Java's RMI, and weighted reference counting.)
 *
 * What the thread sends goes into the mailboxes from here, in the order in which it was sent.
 */
import type { TransferList } from "@pneumatic/core/threads";
import type { WeakAddressTo } from "../../address/address.ts";
import { askAt, orphan, strongAddress, weakAddress } from "../../address/handle.ts";
import type { AnyAsk, Message, Target } from "../../address/target.ts";
import { targetOf } from "../../address/target.ts";
import { dropAddresses, isStrong } from "../../address/walk.ts";
import { Watch } from "../../address/watch.ts";
import { Cell } from "../../cell/cell.ts";
import { ActorStoppedError, StartFailedError, ThreadLostError } from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { Credits } from "../../mailbox/credits.ts";
import type { Ask } from "../../reply/ask.ts";
import type { Waiter } from "../../reply/wait-for-graph.ts";
import { packError, packReason } from "../wire/errors.ts";
import type { Border, Packed, Ref } from "../wire/marshal.ts";
import { pack, posted, uncloneable, unpack } from "../wire/marshal.ts";
import type { FromPeer, ToPeer } from "../wire/messages.ts";

type Weak = WeakAddressTo<Message, AnyAsk>;

/** An actor that the thread knows. */
interface Lease {
  readonly id: number;
  readonly target: Target;
  readonly weak: Weak;
  readonly watch: Watch;
  /** How many strong addresses went there that it has not given back. */
  granted: number;
  /** How many addresses went there. */
  mentions: number;
  hold: Disposable | undefined;
  /** What the thread may use of its capacity; undefined if it has none, or is a router. */
  readonly credits: Credits | undefined;
}

/** An actor that there never was. */
interface Unborn {
  readonly path: string;
  readonly reason: ExitReason;
  readonly error: unknown;
}

export class Leases implements Border {
  readonly #post: (record: ToPeer, transferList?: TransferList) => void;
  /** Positive: those that a thread gives itself are negative. */
  #lastId = 0;
  readonly #byId = new Map<number, Lease>();
  readonly #ids = new Map<Target, number>();
  readonly #watching = new Set<Watch>();
  /** What was asked for and could not be made, by the numbers of the thread. */
  readonly #unborn = new Map<number, Unborn>();
  /** Ends what the thread waits for, by its numbers. */
  readonly #asks = new Map<number, AbortController>();
  readonly #sends = new Map<number, AbortController>();
  #isOver = false;

  /** `post` throws when its order cannot be copied. */
  constructor(post: (record: ToPeer, transferList?: TransferList) => void) {
    this.#post = post;
  }

  grant(handle: object): Ref {
    const lease = this.#leaseOf(targetOf(handle) as Target);
    this.#mention(lease);
    const strong = isStrong(handle);
    if (strong) this.#lend(lease);
    const { id, target, credits } = lease;
    const ref = { id, path: target.path, isStrong: strong, takesAll: target.inbox.takesAll };
    if (credits === undefined) return ref;
    credits.lend();
    return { ...ref, credits: credits.words };
  }

  /** The weak address of an actor, for itself. */
  introduce(target: Target): Ref {
    return this.grant(weakAddress(target));
  }

  adopt({ id, isStrong: strong, path }: Ref): object {
    const lease = this.#byId.get(id);
    if (lease === undefined) throw new Error(`No actor "${path}" is known to this thread`);
    if (!strong) return weakAddress(lease.target);
    return lease.weak.upgrade() ?? strongAddress(lease.target, orphan());
  }

  /** An actor that the thread has named itself, and holds one address of: `strong` is that. */
  bind(id: number, strong: Disposable): void {
    const target = targetOf(strong) as Target;
    this.#ids.set(target, id);
    const lease = this.#leaseOf(target);
    this.#mention(lease);
    this.#lend(lease);
    strong[Symbol.dispose]();
    if (lease.credits === undefined) return;
    lease.credits.lend();
    this.#say({ op: "room", id, credits: lease.credits.words });
  }

  /** An actor that the thread has named itself could not be made. */
  unborn(id: number, unborn: Unborn): void {
    this.#unborn.set(id, unborn);
    this.#say({ op: "gone", id, reason: packReason(unborn.reason) });
  }

  received(said: FromPeer): void {
    if (this.#isOver) return; // it is ended in the middle of what it does
    const unborn = "to" in said ? this.#unborn.get(said.to) : "id" in said ? this.#unborn.get(said.id) : undefined;
    if (unborn === undefined) this.#received(said);
    else this.#refuse(said, unborn);
  }

  #received(said: FromPeer): void {
    switch (said.op) {
      case "tell":
        this.#tell(this.#find(said.to).target, this.#unpacked(said.message));
        return;
      case "ask":
        void this.#ask(said.n, this.#find(said.to).target, this.#unpacked(said.message), this.#waiterOf(said.by));
        return;
      case "send":
        void this.#send(said.n, this.#addressFor(said.to, said.by), this.#unpacked(said.message), said.timeout);
        return;
      case "useCredit":
        this.#find(said.to).credits?.fulfill(this.#unpacked(said.message));
        return;
      case "wantsRoom":
        this.#find(said.id).credits?.wanted();
        return;
      case "giveUp":
        (this.#asks.get(said.n) ?? this.#sends.get(said.n))?.abort();
        return;
      case "released":
        this.#released(this.#find(said.id), said.count);
        return;
      case "upgraded":
        this.#lend(this.#find(said.id));
        return;
      case "forgotten":
        this.#forgotten(this.#find(said.id), said.mentions);
        return;
      case "wantsStart":
        this.#find(said.id).target.started.then(
          () => this.#say({ op: "hasStarted", id: said.id, error: undefined }),
          (error) => this.#say({ op: "hasStarted", id: said.id, error: packError(error) }),
        );
    }
  }

  /** Says so to who does anything with it. What it is told is for nobody. */
  #refuse(said: FromPeer, { path, reason, error }: Unborn): void {
    switch (said.op) {
      case "ask":
        this.#say({ op: "refused", n: said.n, error: packError(new ActorStoppedError(path, reason)) });
        return;
      case "send":
        this.#say({ op: "sent", n: said.n, outcome: "disconnected" });
        return;
      case "wantsStart":
        this.#say({ op: "hasStarted", id: said.id, error: packError(new StartFailedError(path, error)) });
        return;
      case "forgotten":
        this.#unborn.delete(said.id);
    }
  }

  /** The thread is gone, and with it whatever it held and asked for. What it has sent waits for room, as it would have. */
  end(): void {
    this.#isOver = true;
    for (const watch of [...this.#watching]) watch[Symbol.dispose]();
    for (const wait of this.#asks.values()) wait.abort(new ThreadLostError("terminated", "who asked was on it"));
    for (const { hold, credits } of this.#byId.values()) {
      credits?.end();
      hold?.[Symbol.dispose]();
    }
    this.#byId.clear();
    this.#ids.clear();
  }

  #leaseOf(target: Target): Lease {
    const id = this.#ids.get(target) ?? ++this.#lastId;
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const weak = weakAddress(target);
    const watch = new Watch(target.watches, this.#watching, (reason) => this.#gone(id, reason));
    const lease: Lease = {
      id,
      target,
      weak,
      watch,
      granted: 0,
      mentions: 0,
      hold: undefined,
      credits: creditsOf(target),
    };
    this.#byId.set(id, lease);
    this.#ids.set(target, id);
    return lease;
  }

  /** One more address goes there. A thread may have forgotten an actor, with the news of its end. */
  #mention(lease: Lease): void {
    lease.mentions++;
    const { id, target } = lease;
    const { ended } = target;
    if (ended !== undefined) queueMicrotask(() => this.#gone(id, ended)); // when it is known there
  }

  #find(id: number): Lease {
    const lease = this.#byId.get(id);
    if (lease === undefined) throw new Error(`No actor ${id} is known to this thread`);
    return lease;
  }

  #lend(lease: Lease): void {
    lease.granted++;
    if (lease.hold === undefined && lease.target.ended === undefined) lease.hold = lease.weak.upgrade();
  }

  #released(lease: Lease, count: number): void {
    lease.granted -= count;
    if (lease.granted > 0) return;
    lease.hold?.[Symbol.dispose]();
    lease.hold = undefined;
  }

  #forgotten(lease: Lease, mentions: number): void {
    lease.mentions -= mentions;
    if (lease.mentions > 0) return;
    lease.watch[Symbol.dispose]();
    lease.credits?.end();
    lease.hold?.[Symbol.dispose]();
    this.#byId.delete(lease.id);
    this.#ids.delete(lease.target);
  }

  #gone(id: number, reason: ExitReason): void {
    this.#say({ op: "gone", id, reason: packReason(reason) });
    const lease = this.#byId.get(id);
    lease?.hold?.[Symbol.dispose]();
    if (lease !== undefined) lease.hold = undefined;
  }

  /** An address of one actor in the hands of another, if it is known whose. */
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

  #unpacked(message: Packed): Message {
    return unpack(message, this) as Message;
  }

  async #ask(n: number, { path, inbox, deadlines }: Target, message: Message, waiter?: Waiter): Promise<void> {
    const { signal } = waitIn(this.#asks, n);
    let ask: Ask | undefined;
    try {
      ask = askAt(inbox, message, deadlines, { timeout: Number.POSITIVE_INFINITY, signal }, waiter);
      this.#answer(n, path, await ask.promise);
    } catch (error) {
      if (ask?.wasAccepted !== true) dropAddresses(message);
      this.#say({ op: "refused", n, error: packError(error) });
    } finally {
      this.#asks.delete(n);
    }
  }

  #answer(n: number, path: string, reply: unknown): void {
    if (this.#isOver) {
      dropAddresses(reply);
      return;
    }
    const { value, refs, transferList } = pack(path, reply, this);
    try {
      this.#post({ op: "answered", n, reply: { value, refs } }, transferList);
      posted(reply);
    } catch (error) {
      for (const [, ref] of refs) if (ref.isStrong) this.#released(this.#find(ref.id), 1);
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
      this.#say({ op: "sent", n, outcome: sent.ok ? "ok" : sent.error.kind });
    } catch (error) {
      dropAddresses(message);
      this.#say({ op: "refused", n, error: packError(error) });
    } finally {
      this.#sends.delete(n);
    }
  }

  #say(record: ToPeer): void {
    this.#post(record);
  }
}

/** What ends a wait that the thread knows by `n`. */
function waitIn(waits: Map<number, AbortController>, n: number): AbortController {
  const wait = new AbortController();
  waits.set(n, wait);
  return wait;
}

/** For an actor whose mailbox can be full. */
function creditsOf(target: Target): Credits | undefined {
  if (!(target instanceof Cell) || target.inbox !== target.mailbox || target.mailbox.takesAll) return undefined;
  const { capacity, rankOf } = target.settings.mailbox;
  return capacity === 0 || rankOf !== undefined ? undefined : new Credits(target.mailbox);
}
