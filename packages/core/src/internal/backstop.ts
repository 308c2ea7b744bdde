/**
 * The backstop for an end that was forgotten: what the collector finds is dropped, and a sender is reported, since a
 * receiver may have waited for its drop. Dispose is the contract; when and whether the collector runs is nobody's promise.
 */
import type { Waker } from "./channel.ts";
import { nextTurn } from "./clock.ts";

/** An end, as the backstop sees it. */
export interface Forgettable {
  /** Undefined once dropped. */
  readonly channel: object | undefined;
  /** What it is called should it be lost; undefined if nobody needs to hear of it. */
  readonly reportedAs: string | undefined;
  /** Set here. */
  isWatched: boolean;
  /** Takes the count of an end from its channel. Does not need the end, which may be garbage. */
  releaseCount(channel: never): void;
}

interface Loss {
  readonly channel: object;
  readonly releaseCount: (channel: never) => void;
  /** What it was, if that is to be reported. */
  readonly end: string | undefined;
  readonly created: string | undefined;
}

/** A channel, as the report of a lost sender sees it. */
interface Reported {
  readonly isDisconnected: boolean;
  /** Whether the last receiver was dropped. */
  readonly isAbandoned: boolean;
  /** Who is called instead of awaiting, and may report the loss itself. */
  readonly waker?: Waker | undefined;
}

interface Platform {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    emitWarning?(message: string, type: string, code: string): void;
  };
}

const platform = globalThis as Platform;
const isTracing = platform.process?.env?.["PNEUMATIC_TRACE_LEAKS"] === "1";
const registry = new FinalizationRegistry(release);

/** Ends that were made in this turn of the event loop. Most are dropped before it is over, and never registered. */
let young: Forgettable[] = [];
const MOST_YOUNG = 1024;

/** Gives up what `end` holds of its channel should it be collected before {@link unwatch}. */
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

/** Takes half a microsecond, and as much again when it is undone. */
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
    const place = created ?? "PNEUMATIC_TRACE_LEAKS=1 tells where it was created";
    const { waker } = lost;
    if (waker?.senderLost === undefined) queueMicrotask(() => reportLoss(lost, end, place));
    else waker.senderLost(place);
  }
  giveUp(channel as never);
}

/** Nobody hears of a sender whose receiver is gone too, and may have been lost in the same collection. */
function reportLoss(channel: Reported, end: string, place: string): void {
  if (channel.isAbandoned) return;
  const message = `A ${end} was lost without drop(), and is dropped now. ${place}`;
  if (platform.process?.emitWarning === undefined) console.warn(message);
  else platform.process.emitWarning(message, "PneumaticWarning", "ERR_CHANNEL_LOST_SENDER");
}
