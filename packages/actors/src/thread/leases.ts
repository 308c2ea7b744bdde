/**
 * What a thread holds of the actors elsewhere, from the parent's side. For each actor that the thread has strong addresses of,
 * one is held here on its behalf: a lease. It is granted again with every strong address that goes there, and given back
 * by the thread when it has dropped as many as it got, so that one on its way is never overlooked. All leases end with the
 * thread. (After the leases of Java's RMI, and weighted reference counting.)
 *
 * What the thread sends goes into the mailboxes from here, in the order in which it was sent.
 */
import type { TransferListItem } from "node:worker_threads";
import type { WeakAddressTo } from "../address/address.ts";
import type { AnyAsk, Message, Target } from "../address/handle.ts";
import { dropAddresses, isStrong, strongAddress, targetOf, weakAddress } from "../address/handle.ts";
import type { Cell } from "../cell/cell.ts";
import type { ExitReason } from "../cell/exit-reason.ts";
import { Watch } from "../cell/watch.ts";
import { ThreadLostError } from "../errors.ts";
import type { Border, Packed, Ref } from "./copy.ts";
import { pack, posted, uncloneable, unpack } from "./copy.ts";
import { orphan } from "./orphan.ts";
import type { FromPeer, ToPeer } from "./wire.ts";
import { packError, packReason } from "./wire.ts";

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
}

export class Leases implements Border {
  readonly #post: (order: ToPeer, transferList?: readonly TransferListItem[]) => void;
  readonly #byId = new Map<number, Lease>();
  readonly #ids = new Map<Target, number>();
  readonly #watching = new Set<Watch>();
  /** Ends what the thread waits for: its asks and sends, by their numbers. */
  readonly #waits = new Map<number, AbortController>();
  #isOver = false;

  /** `post` throws when its order cannot be copied. */
  constructor(post: (order: ToPeer, transferList?: readonly TransferListItem[]) => void) {
    this.#post = post;
  }

  grant(handle: object): Ref {
    const lease = this.#leaseOf(targetOf(handle) as Target);
    lease.mentions++;
    const strong = isStrong(handle);
    if (strong) this.#lend(lease);
    return { id: lease.id, path: lease.target.path, isStrong: strong, takesAll: lease.target.inbox.takesAll };
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
    lease.mentions++;
    this.#lend(lease);
    strong[Symbol.dispose]();
  }

  /** It could not be made. */
  unborn(id: number, reason: ExitReason): void {
    this.#say({ op: "gone", id, reason: packReason(reason) });
  }

  received(said: FromPeer): void {
    if (this.#isOver) return; // it is ended in the middle of what it does
    switch (said.op) {
      case "tell":
        this.#find(said.to).target.inbox.tell(this.#unpacked(said.message));
        return;
      case "ask":
        void this.#ask(said.n, this.#addressFor(said.to, said.by), this.#unpacked(said.message));
        return;
      case "send":
        void this.#send(said.n, this.#addressFor(said.to, said.by), this.#unpacked(said.message), said.timeout);
        return;
      case "giveUp":
        this.#waits.get(said.n)?.abort();
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

  /** The thread is gone, and with it whatever it held and waited for. */
  end(): void {
    this.#isOver = true;
    for (const watch of [...this.#watching]) watch[Symbol.dispose]();
    for (const wait of this.#waits.values()) wait.abort(new ThreadLostError("terminated", "who asked was on it"));
    for (const { hold } of this.#byId.values()) hold?.[Symbol.dispose]();
    this.#byId.clear();
    this.#ids.clear();
  }

  #leaseOf(target: Target): Lease {
    const id = this.#ids.get(target) ?? idOf(target);
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const weak = weakAddress(target);
    const watch = new Watch(target.watches, this.#watching, (reason) => this.#gone(id, reason));
    const lease: Lease = { id, target, weak, watch, granted: 0, mentions: 0, hold: undefined };
    this.#byId.set(id, lease);
    this.#ids.set(target, id);
    if (target.ended !== undefined) queueMicrotask(() => watch.ended(target.ended as ExitReason)); // when it is known there
    return lease;
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
    const holder = by === undefined ? undefined : this.#byId.get(by)?.target;
    return holder === undefined ? weak : weakAddress(target, holder);
  }

  #unpacked(message: Packed): Message {
    return unpack(message, this) as Message;
  }

  async #ask(n: number, address: Weak, message: Message): Promise<void> {
    const { signal } = this.#wait(n);
    try {
      const reply = await address.ask(message, { timeout: Number.POSITIVE_INFINITY, signal });
      this.#answer(n, address.path, reply);
    } catch (error) {
      this.#say({ op: "refused", n, error: packError(error) });
    } finally {
      this.#waits.delete(n);
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
      for (const [, ref] of refs) if ("id" in ref && ref.isStrong) this.#released(this.#find(ref.id), 1);
      throw uncloneable(path, reply, error, "the reply");
    } finally {
      dropAddresses(reply);
    }
  }

  async #send(n: number, address: Weak, message: Message, timeout: number): Promise<void> {
    const { signal } = this.#wait(n);
    try {
      const sent = await address.send(message, { timeout, signal });
      if (!sent.ok) dropAddresses(message);
      this.#say({ op: "sent", n, outcome: sent.ok ? "ok" : sent.error.kind });
    } catch (error) {
      dropAddresses(message);
      this.#say({ op: "refused", n, error: packError(error) });
    } finally {
      this.#waits.delete(n);
    }
  }

  #wait(n: number): AbortController {
    const wait = new AbortController();
    this.#waits.set(n, wait);
    return wait;
  }

  #say(order: ToPeer): void {
    this.#post(order);
  }
}

/** Positive: those that a thread names itself are negative. */
function idOf(target: Target): number {
  return (target as Cell).id;
}
