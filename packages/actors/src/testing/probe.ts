/** An actor that records what it is sent, as tests see it. recording-probe.ts is the actor. */
import type { Address, AnyAddress } from "../address/address.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { MessageNamed, MessageOf, Names } from "../protocol.ts";

/** The limit of a wait. */
export interface Within {
  /**
   * Milliseconds of the system's time, from 0: with 0, only a message counts that is there, or comes before time has
   * to pass.
   */
  readonly within?: number | undefined;
}

/**
 * The replies of a probe to asks, as the methods of its protocol give them, or as promises. A message without a reply
 * here is replied to with `undefined`. A reply that throws is a panic, as in any actor: its ask rejects with
 * `ActorPanickedError`, and the probe goes on.
 */
export type ProbeReplies<P> = {
  readonly [K in Names<P>]?: P[K] extends (...payload: infer Payload) => infer Reply
    ? (...payload: Payload) => Reply | Promise<Awaited<Reply>>
    : never;
};

/** The options of a probe. */
export interface ProbeOptions {
  /** The name in paths, traces and errors; `probe-n` by default. */
  readonly name?: string | undefined;
}

/**
 * An actor that records. Its expectations wait in virtual time: the time of the system moves as far as needed, and no
 * further. Expectations of messages are met one after the other, in the order of the calls; each begins where the one
 * before has left off. An expectation that is met goes on in a step of its own, which the seed orders among the
 * others.
 *
 * An {@link ExpectationError} shows the expectation, the time, the actors at work, and the messages before and after.
 * Every expectation rejects with it once the probe is disposed of, which the end of the system does at the latest.
 *
 * The probe owns the addresses in its messages, and drops them when it is disposed of: clone one that is to live
 * longer.
 */
export interface Probe<P> extends Disposable {
  /** The address of the probe, for anything that wants an address of this protocol. Dropped with the probe. */
  readonly address: Address<P>;
  /** Every message so far, in order, including those that come after the probe was disposed of. */
  readonly messages: readonly MessageOf<P>[];
  /** Takes the next message, if it is there or comes `within` milliseconds (3,000 by default). */
  expectMessage(options?: Within): Promise<MessageOf<P>>;
  /** Takes the next message, which must be of that `type`. If it is of another, it stays there and the call rejects. */
  expectMessage<K extends Names<P>>(type: K, options?: Within): Promise<MessageNamed<P, K>>;
  /** Lets `within` milliseconds pass (100 by default). Rejects if a message comes, or is there that was not taken. */
  expectNoMessage(options?: Within): Promise<void>;
  /**
   * Resolves to the reason why the actor ended for good, if it has or does `within` milliseconds (3,000 when left
   * out). A restart is no end. Takes no message and waits for no other expectation.
   */
  expectTerminated(address: AnyAddress, options?: Within): Promise<ExitReason>;
  /**
   * Sends this probe `message(reason)` when the actor at `address` has ended for good, or at once if it has already,
   * so that the end has its place among the messages. Lasts until the probe or the result is disposed of. (As
   * `ctx.watch`.)
   */
  watch(address: AnyAddress, message: (reason: ExitReason) => MessageOf<P>): Disposable;
}
