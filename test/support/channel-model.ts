/**
 * A channel as its contract tells it, with arrays and no care for speed. Everything that waits is in one list, in the order
 * of the calls; after each change `#settleWhatCan` looks through it for what need not wait any more.
 */
import type { Command, Shape, Subject, Wait } from "./channel-commands.ts";
import { SIGNALS, SLOTS } from "./channel-commands.ts";

interface Waiting {
  readonly id: number;
  readonly kind: "send" | "recv" | "next" | "closed";
  readonly deadline: number;
  readonly signal: number | undefined;
  readonly slot?: Slot;
}

interface Slot {
  ended: boolean;
  readonly signal: number | undefined;
}

export class ChannelModel implements Subject {
  readonly log: string[] = [];
  readonly #room: number;
  readonly #queue: number[] = [];
  readonly #senders: boolean[] = [true];
  readonly #aborted: boolean[] = [];
  readonly #signals: number[] = [];
  readonly #slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined);
  #waiting: Waiting[] = [];
  #closed = false;
  #dropped = false;
  #now = 0;

  constructor(room: number) {
    this.#room = room;
    for (let index = 0; index < SIGNALS; index++) this.#renew(index);
  }

  run(id: number, command: Command): string {
    const known = this.#run(id, command);
    this.#settleWhatCan();
    return known;
  }

  shape(): Shape {
    const gone = this.#closed || this.#dropped;
    return {
      length: this.#queue.length,
      isClosed: !this.#isOpen(),
      disconnected: this.#senders.map((live) => (live ? gone : undefined)),
      timers: this.#waiting.filter(({ deadline }) => deadline < Number.POSITIVE_INFINITY).length,
      listeners: this.#aborted.map((_, index) => (this.#waiting.some(({ signal }) => signal === index) ? 1 : 0)),
    };
  }

  #run(id: number, command: Command): string {
    switch (command.do) {
      case "send":
        return this.#send(id, command.by, command.wait);
      case "trySend":
        return this.#senders[command.by] ? this.#offer(id) : "useAfterDrop";
      case "closed":
        return this.#watch(id, command.by, this.#signal(command.signal));
      case "clone":
        return this.#senders[command.by] ? this.#addSender() : "useAfterDrop";
      case "dropSender":
        this.#senders[command.by] = false;
        return "done";
      case "upgrade":
        return this.#senders.includes(true) ? this.#addSender() : "nothing";
      case "recv":
        return this.#recv(id, command.wait);
      case "tryRecv":
        return this.#dropped ? "useAfterDrop" : (this.#take() ?? (this.#isOver() ? "disconnected" : "empty"));
      case "tryIter":
        return this.#dropped ? "useAfterDrop" : this.#takeUpTo(command.limit);
      case "iter":
        if (this.#dropped) return "useAfterDrop";
        this.#slots[command.slot] = { ended: false, signal: this.#signal(command.signal) };
        return "done";
      case "next":
        return this.#next(id, command.slot);
      case "return":
        return this.#return(id, command.slot);
      case "close":
        if (this.#dropped) return "useAfterDrop";
        this.#closed = true;
        return "done";
      case "dropReceiver":
        this.#dropped = true;
        return "done";
      case "abort":
        return this.#abort(command.signal);
      case "advance":
        return this.#advance(command.ms);
      default:
        return command satisfies never;
    }
  }

  #send(id: number, by: number, { timeout, signal }: Wait): string {
    if (!this.#senders[by]) return this.#later(id, "useAfterDrop");
    const followed = this.#signal(signal);
    if (this.#isAborted(followed)) return this.#later(id, "aborted");
    const offered = this.#offer(id);
    if (!offered.startsWith("full")) return this.#later(id, offered);
    if (timeout === 0) return this.#later(id, `timeout ${id}`);
    return this.#wait({ id, kind: "send", deadline: this.#deadline(timeout), signal: followed });
  }

  #recv(id: number, { timeout, signal }: Wait): string {
    if (this.#dropped) return this.#later(id, "useAfterDrop");
    const followed = this.#signal(signal);
    if (this.#isAborted(followed)) return this.#later(id, "aborted");
    if (this.#receiver() !== undefined) return this.#later(id, "overlappingRecv");
    const taken = this.#take();
    if (taken !== undefined) return this.#later(id, taken);
    if (this.#isOver()) return this.#later(id, "disconnected");
    if (timeout === 0) return this.#later(id, "timeout");
    return this.#wait({ id, kind: "recv", deadline: this.#deadline(timeout), signal: followed });
  }

  #next(id: number, index: number): string {
    const slot = this.#slots[index];
    if (slot === undefined) return "nothing";
    if (slot.ended) return this.#later(id, "done");
    if (this.#isAborted(slot.signal)) return this.#later(id, "aborted");
    if (this.#receiver() !== undefined) return this.#later(id, "overlappingRecv");
    const taken = this.#take();
    if (taken !== undefined) return this.#later(id, taken);
    if (this.#isOver()) return this.#return(id, index);
    return this.#wait({ id, kind: "next", deadline: this.#deadline(undefined), signal: slot.signal, slot });
  }

  #return(id: number, index: number): string {
    const slot = this.#slots[index];
    if (slot === undefined) return "nothing";
    const receiver = this.#receiver();
    if (receiver?.slot === slot) this.#settle(receiver, "done");
    slot.ended = true;
    return this.#later(id, "done");
  }

  #watch(id: number, by: number, signal: number | undefined): string {
    if (!this.#senders[by]) return this.#later(id, "useAfterDrop");
    if (this.#isAborted(signal)) return this.#later(id, "aborted");
    if (this.#closed || this.#dropped) return this.#later(id, "done");
    return this.#wait({ id, kind: "closed", deadline: this.#deadline(undefined), signal });
  }

  #abort(index: number): string {
    const signal = this.#signals[index] as number;
    if (this.#isAborted(signal)) return this.#renew(index);
    this.#aborted[signal] = true;
    for (const waiting of this.#waiting.filter((each) => each.signal === signal)) this.#settle(waiting, "aborted");
    return "done";
  }

  #advance(ms: number): string {
    this.#now += ms;
    const due = this.#waiting.filter(({ deadline }) => deadline <= this.#now);
    for (const waiting of due.sort((a, b) => a.deadline - b.deadline)) {
      this.#settle(waiting, waiting.kind === "send" ? `timeout ${waiting.id}` : "timeout");
    }
    return "done";
  }

  #offer(value: number): string {
    if (!this.#isOpen()) return `disconnected ${value}`;
    const receiver = this.#receiver();
    if (receiver !== undefined) this.#settle(receiver, `value ${value}`);
    else if (this.#queue.length < this.#room) this.#queue.push(value);
    else return `full ${value}`;
    return "sent";
  }

  #take(): string | undefined {
    const [value] = [...this.#queue, ...this.#parked().map(({ id }) => id)];
    if (value === undefined) return undefined;
    if (this.#queue.shift() === undefined) this.#settle(this.#parked()[0] as Waiting, "sent");
    this.#settleWhatCan();
    return `value ${value}`;
  }

  #takeUpTo(limit: number): string {
    const taken: string[] = [];
    for (let value: string | undefined = ""; value !== undefined && taken.length < limit; ) {
      value = this.#take();
      if (value !== undefined) taken.push(value);
    }
    return taken.join();
  }

  #settleWhatCan(): void {
    if (this.#dropped) this.#queue.length = 0;
    if (this.#closed || this.#dropped) {
      for (const parked of this.#parked()) this.#settle(parked, `disconnected ${parked.id}`);
    }
    for (const parked of this.#parked()) {
      if (this.#queue.length >= this.#room) break;
      this.#queue.push(parked.id);
      this.#settle(parked, "sent");
    }
    const receiver = this.#receiver();
    if (receiver !== undefined && this.#isOver()) this.#settle(receiver, this.#endOf(receiver));
    if (this.#closed || this.#dropped) {
      for (const watch of this.#waiting.filter(({ kind }) => kind === "closed")) this.#settle(watch, "done");
    }
  }

  #endOf({ slot }: Waiting): string {
    if (slot === undefined) return "disconnected";
    slot.ended = true;
    return "done";
  }

  #settle(waiting: Waiting, outcome: string): void {
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
    this.#later(waiting.id, outcome);
  }

  #later(id: number, outcome: string): string {
    this.log.push(`${id}: ${outcome}`);
    return "later";
  }

  #wait(waiting: Waiting): string {
    this.#waiting.push(waiting);
    return "later";
  }

  #addSender(): string {
    this.#senders.push(true);
    return "done";
  }

  #renew(index: number): string {
    this.#signals[index] = this.#aborted.push(false) - 1;
    return "done";
  }

  #signal(index: number | undefined): number | undefined {
    return index === undefined ? undefined : this.#signals[index];
  }

  #isAborted(signal: number | undefined): boolean {
    return signal !== undefined && this.#aborted[signal] === true;
  }

  #deadline(timeout = Number.POSITIVE_INFINITY): number {
    return this.#now + timeout;
  }

  #receiver(): Waiting | undefined {
    return this.#waiting.find(({ kind }) => kind === "recv" || kind === "next");
  }

  #parked(): Waiting[] {
    return this.#waiting.filter(({ kind }) => kind === "send");
  }

  #isOpen(): boolean {
    return this.#senders.includes(true) && !this.#closed && !this.#dropped;
  }

  /** Nothing is left and nothing will come. */
  #isOver(): boolean {
    return !this.#isOpen() && this.#queue.length === 0 && this.#parked().length === 0;
  }
}
