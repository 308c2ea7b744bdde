/** The model of every operation, and of those who call them. What a channel then does is in channel-model.ts. */

import type { Command, Opening, Shape, Wait } from "./channel-commands.ts";
import { armName, at, many, payload, SIGNALS, SLOTS, TIMERS } from "./channel-commands.ts";
import type { Arm, ChannelModel, HandleModel, IteratorModel, ReceiverModel, Waiting } from "./channel-model.ts";
import { ChannelsModel, isChannel } from "./channel-model.ts";

const MISUSE = "invalidArgument";
const DROPPED = "useAfterDrop";

export class WorldModel {
  readonly #world = new ChannelsModel();
  /** The permits that somebody has in hand, as they came. */
  readonly #batches: (readonly HandleModel[])[] = [];
  readonly #iterators: (IteratorModel | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Per signal there ever was, whether it is aborted; and which of them are in use. */
  readonly #aborted: boolean[] = [];
  readonly #signals: number[] = [];

  constructor(openings: readonly Opening[]) {
    const world = this.#world;
    for (const opening of openings) world.channels.push({ ...opening, queue: [], closed: false });
    const timers = TIMERS.map(({ ms, interval }) => ({ due: world.now + ms, interval, closed: false }));
    world.now++;
    world.receivers.push(...[...world.channels, ...timers].map((source) => ({ source, live: true })));
    world.senders.push(...world.channels.map((channel) => ({ channel, live: true })));
    for (let index = 0; index < SIGNALS; index++) this.#renew(index);
  }

  get log(): readonly (readonly string[])[] {
    return this.#world.log;
  }

  get pending(): number {
    return this.#world.waiting.length;
  }

  get permits(): readonly unknown[] {
    return this.#batches.flat();
  }

  /** Runs `command` as operation number `id`; `observed` is what a fair select was seen to have chosen. */
  run(id: number, command: Command, observed?: string): string {
    const known = this.#run(id, command, observed);
    this.#world.settleWhatCan();
    return known;
  }

  /** All promises that have settled have been looked at: what they gave is in hand. */
  flushed(): void {
    this.#batches.push(...this.#world.onTheirWay.splice(0));
  }

  /** How many values are lost when this receiver is dropped. */
  atStake(at: number): number {
    const { source, live } = this.#receiver(at);
    const others = this.#world.receivers.filter((each) => each.live && each.source === source).length;
    return live && isChannel(source) && others === 1 ? source.queue.length : 0;
  }

  shape(): Shape {
    const world = this.#world;
    const deadlines = world.deadlines();
    return {
      receivers: world.receivers.map(({ source, live }) =>
        live ? [world.length(source), !world.isOpen(source)] : [0, true],
      ),
      senders: world.senders.map(({ channel, live }) =>
        live ? [channel.queue.length, world.isDisconnected(channel), world.free(channel)] : undefined,
      ),
      timers: deadlines.filter((deadline) => deadline < Number.POSITIVE_INFINITY).length,
      listeners: this.#aborted.map((_, index) => (world.waiting.some(({ signal }) => signal === index) ? 1 : 0)),
    };
  }

  #run(id: number, command: Command, observed: string | undefined): string {
    switch (command.do) {
      case "send":
        return this.#send(id, this.#sender(command.by), command.wait);
      case "trySend":
        return this.#trySend(id, this.#sender(command.by));
      case "reserve":
        return this.#reserve(id, this.#sender(command.by), command.count, command.wait);
      case "tryReserve":
        return this.#tryReserve(this.#sender(command.by), command.count);
      case "permitSend":
        return this.#permitSend(id, command.permit);
      case "permitDrop":
        return drop(at(this.#batches.flat(), command.permit));
      case "permitsDrop":
        return drop(...(at(this.#batches, command.batch) ?? []));
      case "closed":
        return this.#closed(id, this.#sender(command.by), command);
      case "clone":
        return this.#clone(this.#sender(command.by));
      case "dropSender":
        return drop(this.#sender(command.by));
      case "upgrade":
        return this.#upgrade(at(this.#world.channels, command.channel) as ChannelModel);
      case "recv":
        return this.#recv(id, this.#receiver(command.at), command.wait);
      case "tryRecv":
        return this.#tryRecv(this.#receiver(command.at));
      case "recvMany":
        return this.#recvMany(id, this.#receiver(command.at), command.limit, command);
      case "drain":
        return this.#drain(this.#receiver(command.at));
      case "tryIter":
        return this.#tryIter(this.#receiver(command.at), command.limit);
      case "iter":
        return this.#iter(this.#receiver(command.at), command.slot, command.signal);
      case "next":
        return this.#next(id, this.#iterators[command.slot]);
      case "return":
        return this.#return(id, this.#iterators[command.slot]);
      case "cloneReceiver":
        return this.#cloneReceiver(this.#receiver(command.at));
      case "close":
        return this.#close(this.#receiver(command.at));
      case "dropReceiver":
        return this.#dropReceiver(this.#receiver(command.at));
      case "select":
        return this.#select(id, this.#arms(command.arms), command.biased, command.wait, observed);
      case "trySelect":
        return this.#trySelect(this.#arms(command.arms), command.biased, observed);
      case "abort":
        return this.#abort(command.signal);
      case "advance":
        return this.#advance(this.#world.now + command.ms);
      default:
        return command satisfies never;
    }
  }

  #send(id: number, sender: HandleModel, wait: Wait): string {
    const { channel, live } = sender;
    if (channel.capacity === Number.POSITIVE_INFINITY) return this.#trySend(id, sender);
    if (!live) return this.#later(id, DROPPED);
    if (this.#isAborted(wait)) return this.#later(id, "aborted");
    const offered = this.#world.offer(channel, payload(id));
    if (!offered.startsWith("full")) return this.#later(id, offered);
    return this.#wait(id, wait, `timeout ${payload(id)}`, { kind: "send", channel, slots: 1 });
  }

  #trySend(id: number, { channel, live }: HandleModel): string {
    return live ? this.#world.offer(channel, payload(id)) : DROPPED;
  }

  #reserve(id: number, { channel, live }: HandleModel, count: number, wait: Wait): string {
    if (channel.capacity === Number.POSITIVE_INFINITY) return "nothing";
    if (this.#isAborted(wait)) return this.#later(id, "aborted");
    if (!live) return this.#later(id, DROPPED);
    if (count > channel.capacity) return this.#later(id, MISUSE);
    const held = this.#world.hold(channel, count);
    if (held === "full") return this.#wait(id, wait, "timeout", { kind: "reserve", channel, slots: count });
    if (held === "disconnected") return this.#later(id, held);
    this.#world.onTheirWay.push(held);
    return this.#later(id, `permits ${count}`);
  }

  #tryReserve({ channel, live }: HandleModel, count: number): string {
    if (channel.capacity === Number.POSITIVE_INFINITY) return "nothing";
    if (!live) return DROPPED;
    if (count > channel.capacity) return MISUSE;
    const held = this.#world.hold(channel, count);
    if (typeof held === "string") return held;
    this.#batches.push(held);
    return `permits ${count}`;
  }

  #permitSend(id: number, index: number): string {
    const permit = at(this.#batches.flat(), index);
    if (permit === undefined) return "nothing";
    if (!permit.live) return DROPPED;
    const isGone = this.#world.isAbandoned(permit.channel);
    if (!isGone) this.#world.deliver(permit.channel, payload(id));
    permit.live = false;
    return isGone ? `disconnected ${payload(id)}` : "sent";
  }

  #closed(id: number, { channel, live }: HandleModel, wait: Wait): string {
    if (!live) return this.#later(id, DROPPED);
    if (this.#isAborted(wait)) return this.#later(id, "aborted");
    if (this.#world.isDisconnected(channel)) return this.#later(id, "done");
    return this.#wait(id, wait, "never", { kind: "closed", channel });
  }

  #clone({ channel, live }: HandleModel): string {
    if (!live) return DROPPED;
    this.#world.senders.push({ channel, live: true });
    return "done";
  }

  /** A sender, a permit or a reservation that waits must be left. */
  #upgrade(channel: ChannelModel): string {
    const { senders, permits, waiting } = this.#world;
    const strong = [...senders, ...permits].some((each) => each.live && each.channel === channel);
    if (!strong && !waiting.some((each) => each.kind === "reserve" && each.channel === channel)) return "nothing";
    senders.push({ channel, live: true });
    return "done";
  }

  #recv(id: number, receiver: ReceiverModel, wait: Wait): string {
    const refused = this.#refused(receiver, wait);
    if (refused !== undefined) return this.#later(id, refused);
    const value = this.#world.take(receiver.source);
    if (value !== undefined) return this.#later(id, `value ${value}`);
    if (this.#world.isOver(receiver.source)) return this.#later(id, "disconnected");
    return this.#wait(id, wait, "timeout", { kind: "recv", arms: [{ name: "", receiver }] });
  }

  #tryRecv(receiver: ReceiverModel): string {
    if (!receiver.live) return DROPPED;
    const value = this.#world.take(receiver.source);
    if (value !== undefined) return `value ${value}`;
    return this.#world.isOver(receiver.source) ? "disconnected" : "empty";
  }

  #recvMany(id: number, receiver: ReceiverModel, limit: number, wait: Wait): string {
    if (limit === 0 && receiver.live && !this.#isAborted(wait)) return this.#later(id, "many");
    const refused = this.#refused(receiver, wait);
    if (refused !== undefined) return this.#later(id, refused);
    const taken = this.#takeUpTo(receiver, limit);
    if (taken.length > 0 || this.#world.isOver(receiver.source)) return this.#later(id, many(taken));
    return this.#wait(id, wait, "never", { kind: "recvMany", arms: [{ name: "", receiver }] });
  }

  #drain(receiver: ReceiverModel): string {
    return receiver.live ? many(this.#takeUpTo(receiver, this.#world.ready(receiver.source))) : DROPPED;
  }

  #tryIter(receiver: ReceiverModel, limit: number): string {
    return receiver.live ? many(this.#takeUpTo(receiver, limit)) : DROPPED;
  }

  #iter(receiver: ReceiverModel, slot: number, signal: number | undefined): string {
    if (!receiver.live) return DROPPED;
    this.#iterators[slot] = { receiver, signal: this.#signal(signal), ended: false };
    return "done";
  }

  #next(id: number, iterator: IteratorModel | undefined): string {
    if (iterator === undefined) return "nothing";
    const { receiver, signal, ended } = iterator;
    if (ended) return this.#later(id, "done");
    if (signal !== undefined && this.#aborted[signal]) return this.#later(id, "aborted");
    if (!receiver.live) return this.#return(id, iterator);
    if (this.#world.busy(receiver) !== undefined) return this.#later(id, "overlappingRecv");
    const value = this.#world.take(receiver.source);
    if (value !== undefined) return this.#later(id, `value ${value}`);
    if (this.#world.isOver(receiver.source)) return this.#return(id, iterator);
    const arms = [{ name: "", receiver }];
    this.#world.waiting.push({ id, kind: "next", deadline: Number.POSITIVE_INFINITY, signal, arms, iterator });
    return "later";
  }

  #return(id: number, iterator: IteratorModel | undefined): string {
    if (iterator === undefined) return "nothing";
    const pending = this.#world.busy(iterator.receiver);
    if (pending?.iterator === iterator) this.#world.settle(pending, "done");
    iterator.ended = true;
    return this.#later(id, "done");
  }

  #cloneReceiver({ source, live }: ReceiverModel): string {
    if (!isChannel(source) || !source.shared) return "nothing";
    if (!live) return DROPPED;
    this.#world.receivers.push({ source, live: true });
    return "done";
  }

  /** Nothing new comes in: neither a value nor the next due time. */
  #close({ source, live }: ReceiverModel): string {
    if (!live) return DROPPED;
    source.closed = true;
    if (!isChannel(source) && this.#world.length(source) === 0) source.due = Number.POSITIVE_INFINITY;
    return "done";
  }

  #dropReceiver(receiver: ReceiverModel): string {
    if (!receiver.live) return "done";
    receiver.live = false;
    const pending = this.#world.busy(receiver);
    const arms = pending?.arms?.filter((arm) => arm.receiver === receiver) ?? [];
    if (pending !== undefined) this.#world.disconnect(pending, arms);
    return "done";
  }

  #select(id: number, arms: readonly Arm[], biased: boolean, wait: Wait, observed: string | undefined): string {
    if (this.#isAborted(wait)) return this.#later(id, "aborted");
    if (arms.some(({ receiver }) => !receiver.live)) return this.#later(id, DROPPED);
    const isEndless =
      wait.signal === undefined && (wait.timeout ?? Number.POSITIVE_INFINITY) === Number.POSITIVE_INFINITY;
    if (arms.length === 0 && isEndless) return this.#later(id, MISUSE);
    if (arms.some(({ receiver }) => this.#world.busy(receiver))) return this.#later(id, "overlappingRecv");
    const selected = this.#trySelect(arms, biased, observed);
    if (selected !== "nothing") return this.#later(id, selected);
    return this.#wait(id, wait, "timeout", { kind: "select", arms, biased });
  }

  /** Whichever of the ready arms was observed to be chosen is right; under bias only the first. */
  #trySelect(arms: readonly Arm[], biased: boolean, observed: string | undefined): string {
    if (arms.some(({ receiver }) => !receiver.live)) return DROPPED;
    const ready = arms.filter(
      ({ receiver: { source } }) => this.#world.ready(source) > 0 || this.#world.isOver(source),
    );
    const [first] = ready;
    if (first === undefined) return "nothing";
    const chosen = biased ? first : (ready.find(({ name }) => observed?.startsWith(`${name} `)) ?? first);
    const value = this.#world.take(chosen.receiver.source);
    return value === undefined ? `${chosen.name} disconnected` : `${chosen.name} value ${value}`;
  }

  /** One after the other, in the order of the calls: when one goes, another may be admitted though it was to go too. */
  #abort(index: number): string {
    const signal = this.#signal(index) as number;
    if (this.#aborted[signal]) return this.#renew(index);
    this.#aborted[signal] = true;
    const isFollowing = (waiting: Waiting) => waiting.signal === signal;
    for (let next = this.#world.waiting.find(isFollowing); next; next = this.#world.waiting.find(isFollowing)) {
      this.#world.leave(next, "aborted");
    }
    return "done";
  }

  #advance(until: number): string {
    const world = this.#world;
    for (let next = Math.min(...world.deadlines()); next <= until; next = Math.min(...world.deadlines())) {
      world.now = next;
      const late = world.waiting.find(({ deadline }) => deadline === next);
      if (late !== undefined) world.leave(late, late.kind === "send" ? `timeout ${payload(late.id)}` : "timeout");
      world.settleWhatCan();
    }
    world.now = until;
    return "done";
  }

  #refused(receiver: ReceiverModel, wait: Wait): string | undefined {
    if (!receiver.live) return DROPPED;
    if (this.#isAborted(wait)) return "aborted";
    return this.#world.busy(receiver) === undefined ? undefined : "overlappingRecv";
  }

  #takeUpTo({ source }: ReceiverModel, limit: number): string[] {
    const taken: string[] = [];
    while (taken.length < limit) {
      const value = this.#world.take(source);
      if (value === undefined) break;
      taken.push(value);
    }
    return taken;
  }

  #wait(
    id: number,
    { timeout, signal }: Wait,
    timedOut: string,
    waiting: Omit<Waiting, "id" | "deadline" | "signal">,
  ): string {
    if (timeout === 0) return this.#later(id, timedOut);
    const deadline = this.#world.now + (timeout ?? Number.POSITIVE_INFINITY);
    this.#world.waiting.push({ ...waiting, id, deadline, signal: this.#signal(signal) });
    return "later";
  }

  #later(id: number, outcome: string): string {
    this.#world.log.push([`${id}: ${outcome}`]);
    return "later";
  }

  #renew(index: number): string {
    this.#signals[index] = this.#aborted.push(false) - 1;
    return "done";
  }

  #signal(index: number | undefined): number | undefined {
    return index === undefined ? undefined : this.#signals[index];
  }

  #isAborted({ signal }: Wait): boolean {
    return signal !== undefined && this.#aborted[this.#signals[signal] as number] === true;
  }

  #sender(index: number): HandleModel {
    return at(this.#world.senders, index) as HandleModel;
  }

  #receiver(index: number): ReceiverModel {
    return at(this.#world.receivers, index) as ReceiverModel;
  }

  #arms(indices: readonly number[]): Arm[] {
    return indices.map((index, place) => ({ name: armName(place), receiver: this.#receiver(index) }));
  }
}

function drop(...handles: readonly (HandleModel | undefined)[]): string {
  for (const handle of handles) if (handle !== undefined) handle.live = false;
  return "done";
}
