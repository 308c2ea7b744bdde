/**
 * Channels and timers as their contract tells it, with arrays and no care for speed. Everything that waits is in one list, in
 * the order of the calls; after each change `settleWhatCan` looks through it for what need not wait any more. Where nobody
 * promises which of several outcomes it is, the log has them all. The operations are in world-model.ts.
 */
import { payload } from "./channel-commands.ts";

export interface ChannelModel {
  readonly capacity: number;
  readonly shared: boolean;
  queue: string[];
  closed: boolean;
}

export interface TimerModel {
  readonly interval: number | undefined;
  /** When the next value is due; Infinity when none will be. */
  due: number;
  closed: boolean;
}

export type SourceModel = ChannelModel | TimerModel;

export interface ReceiverModel {
  readonly source: SourceModel;
  live: boolean;
}

/** A sender or a permit. */
export interface HandleModel {
  readonly channel: ChannelModel;
  live: boolean;
}

export interface IteratorModel {
  readonly receiver: ReceiverModel;
  readonly signal: number | undefined;
  ended: boolean;
}

export interface Arm {
  readonly name: string;
  readonly receiver: ReceiverModel;
}

export interface Waiting {
  readonly id: number;
  readonly kind: "send" | "reserve" | "closed" | "recv" | "recvMany" | "next" | "select";
  readonly deadline: number;
  readonly signal: number | undefined;
  /** Where it sends, reserves or watches. */
  readonly channel?: ChannelModel;
  readonly slots?: number;
  /** What it is in line for. */
  readonly arms?: readonly Arm[];
  readonly biased?: boolean;
  readonly iterator?: IteratorModel;
}

export class ChannelsModel {
  /** What each settled promise may have come to, in the order in which they settled. */
  readonly log: string[][] = [];
  readonly channels: ChannelModel[] = [];
  readonly receivers: ReceiverModel[] = [];
  readonly senders: HandleModel[] = [];
  /** Every permit that was granted. */
  readonly permits: HandleModel[] = [];
  /** Those of them that nobody has in hand yet. */
  readonly onTheirWay: HandleModel[][] = [];
  waiting: Waiting[] = [];
  now = 1;

  /** Somebody may still send into it. A timer is open until it is closed. */
  isOpen(source: SourceModel): boolean {
    if (!isChannel(source)) return !source.closed;
    const senders = [...this.senders, ...this.permits].filter(({ channel, live }) => live && channel === source);
    const reserving = this.#waiting(source).filter(({ kind }) => kind === "reserve");
    return !this.isDisconnected(source) && senders.length + reserving.length > 0;
  }

  /** The receiver is closed or dropped. */
  isDisconnected(channel: ChannelModel): boolean {
    return channel.closed || this.isAbandoned(channel);
  }

  isAbandoned(channel: ChannelModel): boolean {
    return !this.receivers.some(({ source, live }) => live && source === channel);
  }

  /** Nothing is left and nothing will come. */
  isOver(source: SourceModel): boolean {
    if (this.isOpen(source) || this.length(source) > 0) return false;
    return !isChannel(source) || (this.#reserved(source) === 0 && this.#waiting(source).length === 0);
  }

  length(source: SourceModel): number {
    if (isChannel(source)) return source.queue.length;
    return source.due <= this.now ? 1 : 0;
  }

  /** How many values can be taken now, without those that move in behind them. */
  ready(source: SourceModel): number {
    return isChannel(source) && source.capacity === 0 ? this.#waiting(source).length : this.length(source);
  }

  free(channel: ChannelModel): number {
    return channel.capacity - channel.queue.length - this.#reserved(channel);
  }

  /** Sends now or not at all. */
  offer(channel: ChannelModel, value: string): string {
    if (!this.isOpen(channel)) return `disconnected ${value}`;
    const fits = this.free(channel) > 0 && this.#waiting(channel).length === 0;
    const meets = channel.capacity === 0 && this.line(channel).length > 0;
    if (!fits && !meets) return `full ${value}`;
    this.deliver(channel, value);
    return "sent";
  }

  /** To whoever waits longest, else into the queue. */
  deliver(channel: ChannelModel, value: string): void {
    const [first] = this.line(channel);
    if (first === undefined) channel.queue.push(value);
    else this.#give(first, channel, value);
  }

  /** Holds slots now or not at all. */
  hold(channel: ChannelModel, count: number): HandleModel[] | "disconnected" | "full" {
    if (!this.isOpen(channel)) return "disconnected";
    if (count > 0 && (this.#waiting(channel).length > 0 || this.free(channel) < count)) return "full";
    return this.#grant(channel, count);
  }

  take(source: SourceModel): string | undefined {
    if (!isChannel(source)) return this.#takeDue(source);
    const value = source.queue.shift();
    if (value !== undefined) {
      this.settleWhatCan();
      return value;
    }
    const [meeting] = source.capacity === 0 ? this.#waiting(source) : [];
    if (meeting === undefined) return undefined;
    this.settle(meeting, "sent");
    return payload(meeting.id);
  }

  /** Those who wait for the next value, in the order in which they came. */
  line(source: SourceModel): Waiting[] {
    return this.waiting.filter(({ arms }) => arms?.some(({ receiver }) => receiver.source === source));
  }

  /** When the waits end that have a timeout, and when there is a value for those who wait for a timer. */
  deadlines(): number[] {
    const timers = this.receivers.flatMap(({ source }) => (isChannel(source) ? [] : [source]));
    const due = timers.filter((timer) => this.line(timer).length > 0).map((timer) => timer.due);
    return [...due, ...this.waiting.map(({ deadline }) => deadline)];
  }

  /** What this receiver has pending. */
  busy(receiver: ReceiverModel): Waiting | undefined {
    return this.waiting.find(({ arms }) => arms?.some((arm) => arm.receiver === receiver));
  }

  settle(waiting: Waiting, ...outcomes: string[]): void {
    this.waiting = this.waiting.filter((each) => each !== waiting);
    this.log.push(outcomes.map((outcome) => `${waiting.id}: ${outcome}`));
  }

  /** Gives up its place, which others may take before anybody hears of it. */
  leave(waiting: Waiting, outcome: string): void {
    this.waiting = this.waiting.filter((each) => each !== waiting);
    this.settleWhatCan();
    this.settle(waiting, outcome);
  }

  /** Ends what is in line with `arms`, one of which disconnected. */
  disconnect(waiting: Waiting, arms: readonly Arm[]): void {
    if (waiting.iterator !== undefined) waiting.iterator.ended = true;
    if (waiting.kind === "select") this.settle(waiting, ...arms.map(({ name }) => `${name} disconnected`));
    else this.settle(waiting, { next: "done", recvMany: "many", recv: "disconnected" }[waiting.kind as "recv"]);
  }

  settleWhatCan(): void {
    for (const channel of this.channels) this.#settleChannel(channel);
    for (const { source } of this.receivers) if (!isChannel(source)) this.#settleTimer(source);
  }

  #settleChannel(channel: ChannelModel): void {
    const isDisconnected = this.isDisconnected(channel);
    if (this.isAbandoned(channel)) channel.queue = [];
    for (const waiting of isDisconnected ? this.#waiting(channel) : []) {
      this.settle(waiting, waiting.kind === "send" ? `disconnected ${payload(waiting.id)}` : "disconnected");
    }
    for (let waiting = this.#nextToAdmit(channel); waiting !== undefined; waiting = this.#nextToAdmit(channel)) {
      this.#admit(channel, waiting);
    }
    if (this.isOver(channel)) this.#disconnectLine(channel);
    const watches = this.waiting.filter((each) => each.kind === "closed" && each.channel === channel);
    for (const watch of isDisconnected ? watches : []) this.settle(watch, "done");
  }

  #settleTimer(timer: TimerModel): void {
    const [first] = this.line(timer);
    const value = first === undefined ? undefined : this.take(timer);
    if (first !== undefined && value !== undefined) this.#give(first, timer, value);
    if (this.isOver(timer)) this.#disconnectLine(timer);
  }

  #disconnectLine(source: SourceModel): void {
    for (const waiting of this.line(source)) this.disconnect(waiting, armsOf(waiting, source));
  }

  #nextToAdmit(channel: ChannelModel): Waiting | undefined {
    const [first] = this.#waiting(channel);
    return first?.slots !== undefined && first.slots <= this.free(channel) ? first : undefined;
  }

  #admit(channel: ChannelModel, waiting: Waiting): void {
    if (waiting.kind === "send") {
      this.waiting = this.waiting.filter((each) => each !== waiting);
      this.deliver(channel, payload(waiting.id));
      this.settle(waiting, "sent");
    } else {
      const count = waiting.slots as number;
      this.onTheirWay.push(this.#grant(channel, count));
      this.settle(waiting, `permits ${count}`);
    }
  }

  #grant(channel: ChannelModel, count: number): HandleModel[] {
    const permits = Array.from({ length: count }, (): HandleModel => ({ channel, live: true }));
    this.permits.push(...permits);
    return permits;
  }

  #give(waiting: Waiting, source: SourceModel, value: string): void {
    const arms = armsOf(waiting, source);
    if (waiting.kind === "select") this.settle(waiting, ...arms.map(({ name }) => `${name} value ${value}`));
    else this.settle(waiting, waiting.kind === "recvMany" ? `many ${value}` : `value ${value}`);
  }

  #takeDue(timer: TimerModel): string | undefined {
    const { due, interval, closed } = timer;
    if (due > this.now) return undefined;
    const missed = interval === undefined ? 0 : Math.floor((this.now - due) / interval);
    timer.due = interval === undefined || closed ? Number.POSITIVE_INFINITY : due + interval * (missed + 1);
    return String(due);
  }

  #waiting(channel: ChannelModel): Waiting[] {
    return this.waiting.filter((each) => each.channel === channel && each.kind !== "closed");
  }

  #reserved(channel: ChannelModel): number {
    if (this.isAbandoned(channel)) return 0;
    return this.permits.filter((permit) => permit.live && permit.channel === channel).length;
  }
}

export function isChannel(source: SourceModel): source is ChannelModel {
  return "queue" in source;
}

/** The arms by which a select may have got something from `source`: the first if it is biased, else any. */
function armsOf({ arms = [], biased }: Waiting, source: SourceModel): readonly Arm[] {
  const fitting = arms.filter(({ receiver }) => receiver.source === source);
  return biased === true ? fitting.slice(0, 1) : fitting;
}
