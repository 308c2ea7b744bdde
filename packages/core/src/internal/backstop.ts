/**
 * The backstop for an end that was forgotten: what the collector finds is dropped, and a sender is reported, since a
 * receiver may have waited for its drop. Dispose is the contract; when and whether the collector runs is nobody's promise.
 */

interface Loss {
  readonly channel: object;
  readonly giveUp: (channel: never) => void;
  /** What it was, if that is to be reported. */
  readonly end: string | undefined;
  readonly created: string | undefined;
}

/** A channel, as the report of a lost sender sees it. */
interface Reported {
  readonly isDisconnected: boolean;
  /** Whether the last receiver was dropped. */
  readonly isAbandoned: boolean;
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

/** Gives up what `end` holds of `channel` should it be collected before {@link unwatch}. */
export function watch<C extends object>(end: object, channel: C, giveUp: (channel: C) => void, name?: string): void {
  const created = isTracing ? new Error().stack?.replace("Error", "Created") : undefined;
  registry.register(end, { channel, giveUp, end: name, created }, end);
}

export function unwatch(end: object): void {
  registry.unregister(end);
}

function release(loss: Loss): void {
  if (loss.end !== undefined && !(loss.channel as Reported).isDisconnected) queueMicrotask(() => report(loss));
  loss.giveUp(loss.channel as never);
}

/** Nobody hears of a sender whose receiver is gone too, and may have been lost in the same collection. */
function report({ channel, end, created }: Loss): void {
  if ((channel as Reported).isAbandoned) return;
  const place = created ?? "PNEUMATIC_TRACE_LEAKS=1 tells where it was created";
  const message = `A ${end} was lost without drop(), and is dropped now. ${place}`;
  if (platform.process?.emitWarning === undefined) console.warn(message);
  else platform.process.emitWarning(message, "PneumaticWarning", "ERR_CHANNEL_LOST_SENDER");
}
