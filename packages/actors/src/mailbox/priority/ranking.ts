/**
 * Asks the function of a priority mailbox for the rank of each message. It is user code that runs in the `tell` of
 * another actor, so an error in it costs neither the sender nor the message anything.
 */
import { InvalidDefinitionError } from "../../errors.ts";
import { isEnvelope, messageOf } from "../../reply/ask.ts";
import { PriorityQueue } from "./priority-queue.ts";

/** Throws unless `rankOf` is a function. */
export function checkRanking(rankOf: unknown): void {
  if (typeof rankOf === "function") return;
  throw new InvalidDefinitionError(`priority(rankOf) takes a function of the message, not ${typeof rankOf}`);
}

/** Reports messages without a rank. */
interface RankingReporter {
  unranked(message: unknown, why: unknown, total: number): void;
}

/** Ranks the messages that are offered to a mailbox. */
export class Ranking {
  readonly queue: PriorityQueue;
  readonly #rankOf: (message: never) => number;
  readonly #reporter: RankingReporter;
  #unranked = 0;

  constructor(rankOf: (message: never) => number, evicts: boolean, reporter: RankingReporter) {
    this.queue = new PriorityQueue(evicts);
    this.#rankOf = rankOf;
    this.#reporter = reporter;
  }

  /**
   * Decides on the rank of the value that is pushed next. It calls the user's code, so it must come before anything is touched.
   * Returns false if the value is an ask that was given up by that code.
   */
  next(item: unknown): boolean {
    this.queue.nextRank = this.#rank(messageOf(item));
    return !(isEnvelope(item) && item.isSettled);
  }

  #rank(message: unknown): number {
    let rank: unknown;
    try {
      rank = this.#rankOf(message as never);
      if (typeof rank === "number" && !Number.isNaN(rank)) return rank;
    } catch (error) {
      return this.#unrankable(message, error);
    }
    return this.#unrankable(message, rank);
  }

  /** Reports every doubling of the total, so that a flood is seen but does not flood the log. */
  #unrankable(message: unknown, why: unknown): number {
    const total = ++this.#unranked;
    if ((total & (total - 1)) === 0) this.#reporter.unranked(message, why, total);
    return Number.POSITIVE_INFINITY;
  }
}
