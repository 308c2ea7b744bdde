/**
 * The backstop for an end that was forgotten. It drops the ends that the collector finds, and reports each sender among them,
 * since a receiver may have waited for its drop. Dispose is the contract; nobody promises when the collector runs, or that it
 * does. Upstream is every end (end.ts).
 */
import type { Waker } from "./channel.ts";
import { nextTurn } from "./clock.ts";

/** The part of an end that the backstop sees. */
export interface Forgettable {
  /** Undefined once dropped. */
  readonly channel: object | undefined;
  /** The name of the end in the report of its loss; undefined if nobody needs a report. */
  readonly reportedAs: string | undefined;
  /** Set by the backstop. */
  isWatched: boolean;
  /** Takes the count of the end from its channel. Does not use the end, which may be garbage. */
  releaseCount(channel: never): void;
}

interface Loss {
  readonly channel: object;
  readonly releaseCount: (channel: never) => void;
  /** The name of the end, if its loss is reported. */
  readonly end: string | undefined;
  readonly created: string | undefined;
}

/** The part of a channel that the report of a lost sender needs. */
interface Reported {
  readonly isDisconnected: boolean;
  /** True once the last receiver was dropped. */
  readonly isAbandoned: boolean;
  /** The consumer that does not await, which may report the loss itself. */
  readonly waker?: Waker | undefined;
}

interface Platform {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    emitWarning?(message: string, type: string, code: string): void;
  };
}

const platform = globalThis as Platform;
/** True if it is to be noted where ends and addresses are made. */
export const isTracing: boolean = platform.process?.env?.["PNEUMATIC_TRACE_LEAKS"] === "1";
const registry = new FinalizationRegistry(release);

/** The ends made in this turn of the event loop. Most are dropped before it is over, and never registered. */
let young: Forgettable[] = [];
const MOST_YOUNG = 1024;

/** Drops `end` should the collector find it before {@link unwatch}. */
export function watch(end: Forgettable): void {
  if (isTracing) {
    register(end);
    return;
  }
  if (young.length === 0) nextTurn(registerYoung);
  else if (young.length === MOST_YOUNG) registerYoung();
  young.push(end);
}

export function unwatch(end: Forgettable): void {
  if (end.isWatched) registry.unregister(end);
}

function registerYoung(): void {
  const ends = young;
  young = [];
  for (const end of ends) register(end);
}

/** Registers an end with the collector, which takes half a microsecond, and as much again when it is undone. */
function register(end: Forgettable): void {
  const { channel, releaseCount: giveUp, reportedAs } = end;
  if (channel === undefined) return;
  end.isWatched = true;
  const created = isTracing ? new Error().stack?.replace("Error", "Created") : undefined;
  registry.register(end, { channel, releaseCount: giveUp, end: reportedAs, created }, end);
}

function release({ channel, releaseCount: giveUp, end, created }: Loss): void {
  const lost = channel as Reported;
  if (end !== undefined && !lost.isDisconnected) {
    const origin = created ?? "PNEUMATIC_TRACE_LEAKS=1 tells where it was created";
    const { waker } = lost;
    if (waker?.senderLost === undefined) queueMicrotask(() => reportLoss(lost, end, origin));
    else waker.senderLost(origin);
  }
  giveUp(channel as never);
}

/** Warns of a lost sender, unless its receiver is gone too: both may have been lost in the same collection. */
function reportLoss(channel: Reported, end: string, origin: string): void {
  if (channel.isAbandoned) return;
  const message = `A ${end} was lost without drop(), and is dropped now. ${origin}`;
  if (platform.process?.emitWarning === undefined) console.warn(message);
  else platform.process.emitWarning(message, "PneumaticWarning", "ERR_CHANNEL_LOST_SENDER");
}
