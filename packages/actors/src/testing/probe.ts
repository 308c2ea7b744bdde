/**
 * The interface of a probe: an actor that records its messages for a test. Its implementation is `recording-probe.ts`.
 */
import type { Address, AnyAddress } from "../address/address.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { MessageNamed, MessageOf, Names } from "../protocol.ts";

/** The limit of a wait. */
export interface Within {
  /** Milliseconds of the system's time, from 0: what is there, or comes before time has to pass. */
  readonly within?: number | undefined;
}

/**
 * The replies of a probe to asks: as the methods of its protocol return them, or a promise. Without a reply here, the
 * ask gets `undefined`. A reply that throws is a panic, as in any actor: its ask rejects with `ActorPanickedError`, and
 * the probe goes on.
 */
export type ProbeReplies<P> = {
  readonly [K in Names<P>]?: P[K] extends (...payload: infer Payload) => infer Reply
    ? (...payload: Payload) => Reply | Promise<Awaited<Reply>>
    : never;
};

/** The options of a probe. */
export interface ProbeOptions {
  /** Its name in paths, traces and errors; `probe-n` when left out. */
  readonly name?: string | undefined;
}

/**
 * An actor that records. An expectation waits in virtual time: the time of the system moves as far as needed, and no
 * further. Expectations of messages are met one after the other, in the order of the calls; each goes on after the last
 * message of the one before. A met expectation resolves in a step of its own, which the seed orders among the others.
 *
 * An {@link ExpectationError} has the expectation, the time, the handlers at work, and the messages before and after.
 * Everything rejects with it once the probe is disposed of, which the end of the system does at the latest.
 *
 * The probe owns the addresses in its messages, and drops them when it is disposed of: clone an address that is to live
 * longer.
 */
export interface Probe<P> extends Disposable {
  /** The address for its messages, to give to code that wants an address of this protocol. Dropped with the probe. */
  readonly address: Address<P>;
  /** Every message so far, in order; also those that come after it was disposed of. */
  readonly messages: readonly MessageOf<P>[];
  /** Takes the next message, if it is there or comes `within` milliseconds (3,000 when left out). */
  expectMessage(options?: Within): Promise<MessageOf<P>>;
  /** Takes the next message, which must be of that `type`; rejects, and leaves it there, when it is of another. */
  expectMessage<K extends Names<P>>(type: K, options?: Within): Promise<MessageNamed<P, K>>;
  /** Rejects if a message is there that was not taken, or comes `within` milliseconds (100 when left out), which pass. */
  expectNoMessage(options?: Within): Promise<void>;
  /**
   * Resolves to why the actor ended for good, if it has or does `within` milliseconds (3,000 when left out). A restart is no
   * end. Takes no message and waits for no other expectation.
   */
  expectTerminated(address: AnyAddress, options?: Within): Promise<ExitReason>;
  /**
   * Sends this probe the message that `message` makes of the reason when `address` has ended for good, at once if it
   * has already: so the end has its position among the messages. Until the probe or the result is disposed of. As
   * `ctx.watch` does.
   */
  watch(address: AnyAddress, message: (reason: ExitReason) => MessageOf<P>): Disposable;
}
