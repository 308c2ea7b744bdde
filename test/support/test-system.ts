/**
 * A system whose time stands still until a test moves it, and whose log is kept. At its end it shuts down, kills what does
 * not end by itself, and checks that every message is accounted for.
 */
import type { ActorSystemOptions, Ledger } from "@pneumatic/actors";
import { ActorSystem } from "@pneumatic/actors";
import { flush } from "./pending.ts";
import type { LogEntry } from "./recording-log.ts";
import { RecordingLog } from "./recording-log.ts";
import { VirtualClock } from "./virtual-clock.ts";

const ROUNDS = 6;
const LONGER_THAN_A_SHUTDOWN_MS = 10_000;

/** Lets all actors run until none has anything to do, unless it waits for a gate or for time. */
export async function quiet(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) await flush();
}

/** Messages accepted that no other term counts; 0 when every message is accounted for. */
export function unaccounted(ledger: Ledger): number {
  const { accepted, queued, stashed, inFlight, handled, panicked, expired, deadLettered } = ledger;
  const letters = Object.values(deadLettered).reduce((sum, count) => sum + count, 0);
  return accepted - (queued + stashed + inFlight + handled + panicked + expired + letters);
}

export class TestSystem extends ActorSystem {
  readonly clock: VirtualClock;
  readonly logged: readonly LogEntry[];

  constructor(options: Omit<ActorSystemOptions, "clock" | "logger"> = {}) {
    const clock = new VirtualClock();
    const log = new RecordingLog();
    super({ clock, logger: log.logger, ...options });
    this.clock = clock;
    this.logged = log.entries;
  }

  /** Moves the time, and lets run what is due. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await quiet();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    const over = this.shutdown();
    await quiet();
    this.clock.advance(LONGER_THAN_A_SHUTDOWN_MS);
    await over;
    const ledger = this.ledger();
    if (unaccounted(ledger) !== 0 || ledger.queued + ledger.stashed + ledger.inFlight !== 0) {
      throw new Error(`Messages are not accounted for: ${JSON.stringify(ledger)}`);
    }
  }
}
