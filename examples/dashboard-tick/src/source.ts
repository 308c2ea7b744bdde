/** A source: something outside that sends events when it likes. What all of them have in common, and who owns their senders. */
import type { Sender } from "@pneumatic/core";
import type { DashboardEvent } from "./events.ts";

/** Sends events until `stop` says so. Resolves when it has let go of everything: after that it sends nothing. */
export type Source = (events: Sender<DashboardEvent>, stop: AbortSignal) => Promise<void>;

/** Runs a source with a sender of its own, which is dropped when the source has ended. A failure is an event as any other. */
export async function run(
  name: string,
  source: Source,
  sender: Sender<DashboardEvent>,
  stop: AbortSignal,
): Promise<void> {
  using events = sender;
  try {
    await source(events, stop);
  } catch (error) {
    events.send({ type: "failed", source: name, error: error instanceof Error ? error.message : String(error) });
  }
}

/** Calls `end` when the source is to stop; at once, if it is already. */
export function whenStopped(stop: AbortSignal, end: () => void): void {
  if (stop.aborted) end();
  else stop.addEventListener("abort", end, { once: true });
}
