/**
 * An actor elsewhere, as the addresses on a thread see it.
 *
 * Above the limits: it does for an address what a cell does, with an operation for each.
 */
import type { Result, Sender, TrySendError, WaitOptions } from "@pneumatic/core";
import { TrySendError as Refused, SendError } from "@pneumatic/core";
import type { Waker } from "@pneumatic/core/internal";
import { Channel, CLOSED, refuse, unboundedSender } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { closedSender, lostAddress } from "../../address/handle.ts";
import type { Target } from "../../address/target.ts";
import { dropAddresses } from "../../address/walk.ts";
import type { Watch } from "../../address/watch.ts";
import { DeferredPromise } from "../../cell/deferred-promise.ts";
import { ActorStoppedError } from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { returnCredit, takeCredit } from "../../mailbox/credits.ts";
import type { AskInbox, Inbox } from "../../mailbox/inbox.ts";
import type { Sent } from "../../mailbox/waiting-senders.ts";
import { SENT } from "../../mailbox/waiting-senders.ts";
import type { AskPosition, Envelope } from "../../reply/ask.ts";
import type { Deadlines } from "../../reply/deadlines.ts";
import type { Edge, Waiter, WaitForGraph } from "../../reply/wait-for-graph.ts";
import { report } from "../../report.ts";
import type { AddressDescriptor, Marshalled } from "../wire/marshal.ts";
import { copyFor } from "../wire/marshal.ts";
import type { FromImports, ToParent } from "../wire/messages.ts";

/** The number of addresses of an actor that came from the parent. */
export interface ImportCount {
  readonly id: number;
  refCount: number;
}

/** The way to the parent's side, for all actors elsewhere (imports.ts). */
export interface ImportPort {
  readonly log: Logger;
  readonly deadlines: Deadlines;
  readonly waitForGraph: WaitForGraph;
  sendRecord(record: FromImports): void;
  /** Sends `message`, with the addresses in it, which are moved. Throws when it cannot be copied. */
  sendTo(path: string, message: unknown, record: (marshalled: Marshalled) => ToParent): void;
  /** Sends `message` when there is room for it. */
  send<V>(actor: ImportedActor, message: V, options: WaitOptions | undefined): Promise<Sent<V>>;
  ask(actor: ImportedActor, ask: Envelope): void;
  /** Gives up the ask under that number. */
  withdraw(n: number): void;
  /** Keeps `actor` until it has ended. */
  observe(actor: ImportedActor): void;
}

/** An actor elsewhere. */
export class ImportedActor implements Target, Inbox, AskInbox {
  readonly id: number;
  readonly path: string;
  readonly takesAll: boolean;
  readonly count: ImportCount;
  #credits: Int32Array | undefined;
  readonly #imports: ImportPort;
  /** Counts the strong addresses here; undefined while there are none. */
  #channel: Channel<unknown> | undefined = undefined;
  readonly #waker: Waker = {
    idle: false,
    wake: () => this.#dropped(),
    senderLost: (origin) => report(this.#imports.log, "warn", {}, lostAddress(this.path, undefined, origin)),
  };
  /** The strong addresses that came since the last release. */
  #strongCount = 0;
  /** The channels without a sender that are kept while code here waits for the end of the actor. */
  readonly #awaited = new Set<Channel<unknown>>();
  ended: ExitReason | undefined = undefined;
  readonly #watches = new Set<Watch>();
  #exited: DeferredPromise<ExitReason> | undefined = undefined;
  #started: DeferredPromise<void> | undefined = undefined;
  /** The message that it handles, if it runs on this thread: an actor that waits for itself is a deadlock at once. */
  work: unknown = undefined;
  /** True once code here got an address of it; the parent keeps it until that is collected. */
  isHandedOut = false;
  longWaits: Set<Edge> | undefined = undefined;
  longAwaited = 0;

  constructor({ id, path, takesAll, credits }: AddressDescriptor, imports: ImportPort) {
    this.#credits = credits;
    this.id = id;
    this.path = path;
    this.takesAll = takesAll;
    this.count = { id, refCount: 0 };
    this.#imports = imports;
  }

  get waitForGraph(): WaitForGraph {
    return this.#imports.waitForGraph;
  }

  get deadlines(): Deadlines {
    return this.#imports.deadlines;
  }

  get inbox(): this {
    return this;
  }

  get owner(): Waiter {
    return this;
  }

  get isClosed(): boolean {
    return this.ended !== undefined;
  }

  get watches(): Set<Watch> {
    this.#imports.observe(this);
    return this.#watches;
  }

  get exited(): Promise<ExitReason> {
    this.#imports.observe(this);
    this.#exited ??= new DeferredPromise();
    if (this.ended !== undefined) this.#exited.resolve(this.ended);
    return this.#exited.promise;
  }

  get started(): Promise<void> {
    if (this.#started === undefined) {
      this.#started = new DeferredPromise();
      this.#imports.observe(this);
      this.#imports.sendRecord({ op: "awaitStart", id: this.id });
    }
    return this.#started.promise;
  }

  // The count

  /** Notes that code here gets an address. Throws if the actor was given back when it ended. */
  handOut(): void {
    if (this.ended !== undefined && !this.isHandedOut) throw new ActorStoppedError(this.path, this.ended);
    this.isHandedOut = true;
  }

  /** Imports a strong address, for which the parent owns one. */
  importStrong(): Sender<unknown> {
    this.#strongCount++;
    return this.#sender();
  }

  /**
   * Asks the parent to own a strong address, since one may live elsewhere. An actor that has ended answers with its
   * end.
   */
  revive(): Sender<unknown> | undefined {
    if (this.ended !== undefined) return undefined;
    if (this.#channel !== undefined) return this.#sender();
    this.#strongCount++;
    this.#imports.sendRecord({ op: "upgraded", id: this.id });
    return this.#sender();
  }

  #sender(): Sender<unknown> {
    if (this.ended !== undefined) return closedSender();
    if (this.#channel !== undefined) this.#channel.addSender();
    else {
      this.#channel = new Channel(Number.POSITIVE_INFINITY);
      this.#channel.waker = this.#waker;
    }
    return unboundedSender(this.#channel);
  }

  /** Releases the strong addresses, of which the last one was dropped. */
  #dropped(): void {
    const channel = this.#channel;
    if (channel?.state !== CLOSED || this.ended !== undefined) return;
    this.#channel = undefined;
    if (channel.watches.head !== undefined) {
      this.#awaited.add(channel);
      this.#imports.observe(this);
    }
    const count = this.#strongCount;
    this.#strongCount = 0;
    this.#imports.sendRecord({ op: "released", id: this.id, count });
  }

  // From the parent

  granted(credits: Int32Array): void {
    this.#credits = credits;
  }

  gone(reason: ExitReason): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.#channel?.close();
    this.#channel = undefined;
    for (const channel of this.#awaited) channel.close();
    this.#awaited.clear();
    for (const watch of [...this.#watches]) watch.ended(reason);
    this.#exited?.resolve(reason);
  }

  hasStarted(error: unknown): void {
    if (error === undefined) this.#started?.resolve();
    else this.#started?.reject(error as Error);
  }

  // Messages

  inboxFor(): this {
    return this;
  }

  prepared<V>(message: V): V {
    return copyFor(this.path, message) as V;
  }

  tell(message: unknown): void {
    this.#imports.sendTo(this.path, message, (marshalled) => ({ op: "tell", to: this.id, message: marshalled }));
  }

  trySend<V>(message: V): Result<void, TrySendError<V>> {
    if (this.ended !== undefined) return { ok: false, error: new Refused("disconnected", message) };
    if (this.takesAll) {
      this.tell(message);
      return SENT;
    }
    const credits = this.#credits;
    if (
      credits === undefined ||
      !takeCredit(credits, () => this.#imports.sendRecord({ op: "requestCredits", id: this.id }))
    ) {
      return { ok: false, error: new Refused("full", message) };
    }
    try {
      this.#imports.sendTo(this.path, message, (marshalled) => ({
        op: "sendOnCredit",
        to: this.id,
        message: marshalled,
      }));
    } catch (misuse) {
      returnCredit(credits);
      throw misuse;
    }
    return SENT;
  }

  async send<V>(message: V, options: WaitOptions | undefined): Promise<Sent<V>> {
    const refusal = refuse(options);
    if (refusal !== undefined) return refusal;
    if (this.ended !== undefined) return { ok: false, error: new SendError(message) };
    if (!this.takesAll) return this.#imports.send(this, message, options);
    this.tell(message);
    return SENT;
  }

  ask(ask: Envelope): void {
    if (this.ended === undefined) {
      this.#imports.ask(this, ask);
      return;
    }
    dropAddresses(ask.message); // as when the refusal comes from elsewhere
    ask.reject(new ActorStoppedError(this.path, this.ended));
  }

  release(message: unknown): void {
    dropAddresses(message);
  }

  withdraw(position: AskPosition): void {
    this.#imports.withdraw(position as number);
  }
}
