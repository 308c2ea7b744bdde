/** The real channel, driven by the commands of the model test; `send` is for flavors whose sends may wait. */
import { getEventListeners } from "node:events";
import type { Receiver, Result, SyncSender, WaitOptions } from "@pneumatic/core";
import { UseAfterDropError } from "@pneumatic/core";
import type { Command, Shape, Subject, Wait } from "./channel-commands.ts";
import { SIGNALS, SLOTS } from "./channel-commands.ts";
import type { EitherSender, Flavor } from "./flavors.ts";
import type { VirtualClock } from "./virtual-clock.ts";

interface Failure {
  readonly kind: string;
  readonly value?: unknown;
}

type Strong = EitherSender<number>;

export class ChannelDriver implements Subject {
  readonly log: string[] = [];
  readonly #clock: VirtualClock;
  readonly #receiver: Receiver<number>;
  readonly #senders: (Strong | undefined)[];
  readonly #weak: ReturnType<Strong["downgrade"]>;
  readonly #signals: AbortController[] = [];
  readonly #allSignals: AbortController[] = [];
  readonly #slots: (AsyncIterableIterator<number> | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Kept, since the use of a dropped handle is part of the test. */
  readonly #handles: Strong[];

  constructor(flavor: Flavor, clock: VirtualClock) {
    const [sender, receiver] = flavor.open<number>();
    this.#clock = clock;
    this.#receiver = receiver;
    this.#senders = [sender];
    this.#handles = [sender];
    this.#weak = sender.downgrade();
    for (let index = 0; index < SIGNALS; index++) this.#renew(index);
  }

  run(id: number, command: Command): string {
    try {
      return this.#run(id, command);
    } catch (error) {
      if (error instanceof UseAfterDropError) return error.kind;
      throw error;
    }
  }

  shape(): Shape {
    const live = this.#senders.find((sender) => sender !== undefined);
    const { length, isEmpty, isClosed } = this.#receiver;
    if (isEmpty !== (length === 0)) throw new Error(`isEmpty is ${isEmpty} at a length of ${length}`);
    if (live !== undefined && live.length !== length) throw new Error(`lengths ${live.length} and ${length} differ`);
    return {
      length,
      isClosed,
      disconnected: this.#senders.map((sender) => sender?.isDisconnected),
      timers: this.#clock.pending,
      listeners: this.#allSignals.map(({ signal }) => getEventListeners(signal, "abort").length),
    };
  }

  #run(id: number, command: Command): string {
    const receiver = this.#receiver;
    switch (command.do) {
      case "send":
        return this.#follow(id, this.#send(id, this.#sender(command.by), command.wait));
      case "trySend":
        return describeResult(this.#sender(command.by).trySend(id));
      case "closed":
        return this.#follow(id, this.#sender(command.by).closed(this.#options(command)));
      case "clone":
        return this.#addSender(this.#sender(command.by).clone());
      case "dropSender":
        this.#sender(command.by).drop();
        this.#senders[command.by] = undefined;
        return "done";
      case "upgrade":
        return this.#addSender(this.#weak.upgrade());
      case "recv":
        return this.#follow(id, this.#recv(command.wait));
      case "tryRecv":
        return describeResult(receiver.tryRecv());
      case "tryIter":
        return takeUpTo(receiver.tryIter(), command.limit);
      case "iter":
        this.#slots[command.slot] = receiver.iter(this.#options(command));
        return "done";
      case "next":
        return this.#follow(id, this.#slots[command.slot]?.next());
      case "return":
        return this.#follow(id, this.#slots[command.slot]?.return?.());
      case "close":
        receiver.close();
        return "done";
      case "dropReceiver":
        receiver.drop();
        return "done";
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
  #send(value: number, sender: Strong, wait: Wait): Promise<unknown> {
    const bounded = sender as SyncSender<number>;
    if (wait.timeout !== undefined && wait.signal === undefined) return bounded.sendTimeout(value, wait.timeout);
    return bounded.send(value, this.#options(wait));
  }

  #recv(wait: Wait): Promise<unknown> {
    if (wait.timeout !== undefined && wait.signal === undefined) return this.#receiver.recvTimeout(wait.timeout);
    return this.#receiver.recv(this.#options(wait));
  }

  #options({ timeout, signal }: Wait): WaitOptions | undefined {
    if (timeout === undefined && signal === undefined) return undefined;
    return { timeout, signal: signal === undefined ? undefined : this.#signals[signal]?.signal };
  }

  #follow(id: number, promise: Promise<unknown> | undefined): string {
    if (promise === undefined) return "nothing";
    promise.then(
      (outcome) => this.log.push(`${id}: ${describe(outcome)}`),
      (reason) => this.log.push(`${id}: ${typeof reason === "string" ? reason : reason.kind}`),
    );
    return "later";
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
    return this.#handles[index] as Strong;
  }

  #addSender(sender: Strong | undefined): string {
    if (sender === undefined) return "nothing";
    this.#senders.push(sender);
    this.#handles.push(sender);
    return "done";
  }
}

function takeUpTo(values: IterableIterator<number>, limit: number): string {
  const taken: string[] = [];
  if (limit === 0) return "";
  for (const value of values) {
    taken.push(`value ${value}`);
    if (taken.length === limit) break;
  }
  return taken.join();
}

function describe(outcome: unknown): string {
  if (outcome === undefined) return "done";
  if ("done" in (outcome as object)) {
    const next = outcome as IteratorResult<number>;
    return next.done ? "done" : `value ${next.value}`;
  }
  return describeResult(outcome as Result<unknown, Failure>);
}

function describeResult(result: Result<unknown, Failure>): string {
  if (result.ok) return result.value === undefined ? "sent" : `value ${result.value}`;
  return "value" in result.error ? `${result.error.kind} ${result.error.value}` : result.error.kind;
}
