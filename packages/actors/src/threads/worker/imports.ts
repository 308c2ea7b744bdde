/**
 * The actors elsewhere, from a thread's side: its imports, the targets of its addresses. An address on a thread has the
 * same class as in the parent, and is counted by the same channel of core. Only its target is another one, which sends
 * everything to the parent.
 *
 *     address ──► ImportedActor ──► parent's Exports ──► mailbox
 *
 * The parent owns one address on behalf of each imported actor with strong ones here. When the last of them is dropped,
 * the imported actor sends the number that it got; when it is collected as garbage, the number of all addresses that
 * came. An actor of this thread of which code here never got an address is given back as soon as it has ended: the
 * parent may keep it no longer than that, however seldom this thread collects.
 *
 * Above the limits: it answers every kind of record that concerns an address.
 */
import type { TrySendError, WaitOptions } from "@pneumatic/core";
import { TrySendError as Refused, SendError, SendTimeoutError } from "@pneumatic/core";
import { currentClock } from "@pneumatic/core/internal";
import { unmark } from "@pneumatic/core/internal/threads";
import type { TransferList } from "@pneumatic/core/threads";
import type { Logger } from "pino";
import { strongAddress, weakAddress } from "../../address/handle.ts";
import { targetOf } from "../../address/target.ts";
import { dropAddresses, isStrong } from "../../address/walk.ts";
import type { ExitReason } from "../../exit-reason.ts";
import type { Sent } from "../../mailbox/waiting-senders.ts";
import { SENT } from "../../mailbox/waiting-senders.ts";
import type { Envelope } from "../../reply/ask.ts";
import { Deadlines } from "../../reply/deadlines.ts";
import { reportDeadlock, WaitForGraph } from "../../reply/wait-for-graph.ts";
import { unmarshalError, unmarshalReason } from "../wire/errors.ts";
import type { AddressDescriptor, AddressTable, Marshalled } from "../wire/marshal.ts";
import { marshal, uncloneable, unmarshal } from "../wire/marshal.ts";
import type { FromImports, ToImports, ToParent } from "../wire/messages.ts";
import type { ImportCount, ImportPort } from "./imported-actor.ts";
import { ImportedActor } from "./imported-actor.ts";

/** A `send` that waits for its outcome. */
interface PendingSend {
  resolve(sent: Sent<never>): void;
  reject(error: unknown): void;
  readonly message: unknown;
  readonly signal: AbortSignal | undefined;
  readonly abort: () => void;
}

type Post = (record: ToParent, transferList?: TransferList) => void;

/** All that this thread knows. */
export class Imports implements AddressTable, ImportPort {
  readonly deadlines: Deadlines = new Deadlines(currentClock(), undefined);
  readonly waitForGraph: WaitForGraph;
  /** The actor whose handler or hook is on the stack of this thread. */
  readonly turns: { running: ImportedActor | undefined } = { running: undefined };
  readonly log: Logger;
  readonly #post: Post;
  readonly #byId = new Map<number, WeakRef<ImportedActor>>();
  /** The asks that wait for a reply. */
  readonly #asks = new Map<number, Envelope>();
  readonly #sendings = new Map<number, PendingSend>();
  /** The imported actors whose end or start code here waits for. */
  readonly #observed = new Set<ImportedActor>();
  readonly #collected = new FinalizationRegistry<ImportCount>((count) => {
    if (this.#byId.get(count.id)?.deref() === undefined) this.#byId.delete(count.id);
    this.#post({ op: "forgotten", ...count });
  });
  #number = 0;
  #lastId = 0;

  /** `post` throws when its record cannot be copied. */
  constructor(log: Logger, post: Post) {
    this.log = log;
    this.#post = post;
    this.waitForGraph = new WaitForGraph(currentClock(), this.turns, true, (error, isCertain) =>
      reportDeadlock(log, error, isCertain),
    );
  }

  exportAddress(handle: object): AddressDescriptor {
    const target = targetOf(handle) as ImportedActor;
    return { id: target.id, path: target.path, isStrong: isStrong(handle), takesAll: true };
  }

  importAddress(descriptor: AddressDescriptor): object {
    const target = this.importActor(descriptor);
    target.handOut();
    return descriptor.isStrong ? strongAddress(target, target.importStrong()) : weakAddress(target);
  }

  /** Returns the target of an address that has come. */
  importActor(descriptor: AddressDescriptor): ImportedActor {
    let target = this.#byId.get(descriptor.id)?.deref();
    if (target === undefined) {
      target = new ImportedActor(descriptor, this);
      this.#byId.set(descriptor.id, new WeakRef(target));
      this.#collected.register(target, target.count, target);
    }
    target.count.refCount++;
    return target;
  }

  /** Returns a number for an actor that is numbered here. */
  newId(): number {
    return --this.#lastId;
  }

  /** Returns the target that `importAddress` has made. */
  known(id: number): ImportedActor {
    return this.#byId.get(id)?.deref() as ImportedActor;
  }

  /** Keeps `target` until it has ended. */
  observe(target: ImportedActor): ImportedActor {
    if (target.ended === undefined) this.#observed.add(target);
    return target;
  }

  sendRecord(record: FromImports): void {
    this.#post(record);
  }

  /** Sends `message` with the addresses in it, which move. Throws when it cannot be copied. */
  sendTo(path: string, message: unknown, send: (marshalled: Marshalled) => ToParent, what?: string): void {
    const { attached } = this.#sendMarshalled(path, message, send, what);
    if (attached.length > 0) dropAddresses(message);
  }

  #sendMarshalled(
    path: string,
    message: unknown,
    send: (marshalled: Marshalled) => ToParent,
    what?: string,
  ): Marshalled {
    const { value, attached, transferList } = marshal(path, message, this);
    const marshalled = { value, attached };
    try {
      this.#post(send(marshalled), transferList);
    } catch (error) {
      throw uncloneable(path, message, error, what);
    }
    unmark(message);
    return marshalled;
  }

  ask(target: ImportedActor, ask: Envelope): void {
    const n = ++this.#number;
    this.sendTo(target.path, ask.message, (message) => ({ op: "ask", n, to: target.id, by: undefined, message }));
    this.#asks.set(n, ask);
    ask.waiting(n);
  }

  /** Withdraws an ask whose caller has given up. */
  withdraw(n: number): void {
    this.#asks.delete(n);
    this.#post({ op: "giveUp", n });
  }

  /**
   * Sends, and waits for room. The parent decides about an abort or a timeout, since the message may have got its room
   * meanwhile.
   */
  send<V>(target: ImportedActor, message: V, options: WaitOptions | undefined): Promise<Sent<V>> {
    const n = ++this.#number;
    const { signal, timeout = Number.POSITIVE_INFINITY } = options ?? {};
    return new Promise((resolve, reject) => {
      this.#sendMarshalled(target.path, message, (marshalled) => ({
        op: "send",
        n,
        to: target.id,
        by: undefined,
        message: marshalled,
        timeout,
      }));
      const abort = (): void => this.#post({ op: "giveUp", n });
      signal?.addEventListener("abort", abort);
      this.#sendings.set(n, { resolve: resolve as (sent: Sent<never>) => void, reject, message, signal, abort });
    });
  }

  /** Receives a record of the parent. */
  received(record: ToImports): void {
    switch (record.op) {
      case "answered":
        this.#answered(record.n, record.reply);
        return;
      case "refused":
        this.#refused(record.n, unmarshalError(record.error));
        return;
      case "sent":
        this.#sent(record.n, record.outcome);
        return;
      case "credits":
        this.#byId.get(record.id)?.deref()?.granted(record.credits);
        return;
      case "ended":
        this.#gone(this.#byId.get(record.id)?.deref(), unmarshalReason(record.reason));
        return;
      case "hasStarted":
        this.#byId
          .get(record.id)
          ?.deref()
          ?.hasStarted(record.error && unmarshalError(record.error));
    }
  }

  #gone(target: ImportedActor | undefined, reason: ExitReason): void {
    if (target === undefined) return;
    this.#observed.delete(target);
    target.gone(reason);
    if (target.isHandedOut) return;
    this.#byId.delete(target.id);
    this.#collected.unregister(target);
    this.#post({ op: "forgotten", ...target.count });
  }

  #answered(n: number, marshalled: Marshalled): void {
    const ask = this.#asks.get(n);
    this.#asks.delete(n);
    const reply = unmarshal(marshalled, this);
    if (ask === undefined || ask.isSettled) dropAddresses(reply);
    else ask.reply(reply);
  }

  #refused(n: number, error: unknown): void {
    const ask = this.#asks.get(n);
    this.#asks.delete(n);
    ask?.reject(error);
    const sending = this.#settled(n);
    if (sending !== undefined) sending.reject(sending.signal?.aborted ? sending.signal.reason : error);
  }

  #sent(n: number, outcome: Extract<ToImports, { op: "sent" }>["outcome"]): void {
    const sending = this.#settled(n);
    if (sending === undefined) return;
    const { message } = sending;
    if (outcome === "ok") dropAddresses(message);
    sending.resolve(outcome === "ok" ? SENT : { ok: false, error: sendErrorOf(outcome, message) });
  }

  #settled(n: number): PendingSend | undefined {
    const sending = this.#sendings.get(n);
    this.#sendings.delete(n);
    sending?.signal?.removeEventListener("abort", sending.abort);
    return sending;
  }
}

function sendErrorOf(
  outcome: "full" | "disconnected" | "timeout",
  message: unknown,
): SendError<never> | SendTimeoutError<never> | TrySendError<never> {
  if (outcome === "full") return new Refused("full", message as never);
  return outcome === "timeout" ? new SendTimeoutError(message as never) : new SendError(message as never);
}
