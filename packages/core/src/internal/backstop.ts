/**
 * The backstop for an end that was forgotten: what the collector finds is dropped, and a sender is reported, since a
 * receiver may have waited for its drop. Dispose is the contract; when and whether the collector runs is nobody's promise.
 */
import type { Channel } from "./channel.ts";
import { OPEN } from "./source.ts";

interface Loss {
  readonly channel: AnyChannel;
  readonly giveUp: GiveUp;
  /** What it was, if that is to be reported. */
  readonly what: string | undefined;
  readonly created: string | undefined;
}

/** Takes from a channel the count of an end. */
export type GiveUp = (channel: AnyChannel) => void;
export type AnyChannel = Pick<Channel<never>, "state" | "isAbandoned" | "removeSender" | "removeReceiver" | "release">;

interface Platform {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    emitWarning?(message: string, type: string, code: string): void;
  };
}

const { process } = globalThis as Platform;
const isTracing = process?.env?.["PNEUMATIC_TRACE_LEAKS"] === "1";
const registry = new FinalizationRegistry(release);

/** Gives up what `end` holds of `channel` should it be collected before {@link unwatch}. */
export function watch(end: object, channel: AnyChannel, giveUp: GiveUp, what: string | undefined): void {
  const created = isTracing ? new Error().stack?.replace(/^.*\n/, "") : undefined;
  registry.register(end, { channel, giveUp, what, created }, end);
}

export function unwatch(end: object): void {
  registry.unregister(end);
}

function release(loss: Loss): void {
  const { channel, giveUp, what } = loss;
  if (what !== undefined && channel.state === OPEN) queueMicrotask(() => report(loss));
  giveUp(channel);
}

/** Nobody hears of a sender whose receiver is gone too, and may have been lost in the same collection. */
function report({ channel, what, created }: Loss): void {
  if (channel.isAbandoned) return;
  const place =
    created === undefined ? ". PNEUMATIC_TRACE_LEAKS=1 tells where it was created" : `. Created\n${created}`;
  const message = `A ${what} was garbage without having been dropped, and has been dropped now: use drop() or using${place}`;
  if (process?.emitWarning === undefined) console.warn(message);
  else process.emitWarning(message, "PneumaticWarning", "ERR_CHANNEL_LOST_SENDER");
}
