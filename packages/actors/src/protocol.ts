/**
 * The types between modules. A protocol is an interface whose methods are the messages an actor takes: the parameter is
 * the payload, the return type the reply. Everything else here is computed from it; nothing exists at run time.
 */

/** How long an ask may take. */
export interface AskOptions {
  /** Milliseconds until the ask rejects with an `AskTimeoutError`; 5,000 when left out, `Infinity` for no limit. */
  readonly timeout?: number | undefined;
  /** Rejects the ask with `signal.reason`. A message that is still queued is then never handled. */
  readonly signal?: AbortSignal | undefined;
}

type Names<P> = keyof P & string;
type Method<P, K extends keyof P> = P[K] extends (...parameters: infer Parameters) => infer Reply
  ? { parameters: Parameters; reply: Awaited<Reply> }
  : never;

/** The message named `K` of protocol `P`: its `type` and its payload in one object. */
export type MessageNamed<P, K extends Names<P>> = Method<P, K>["parameters"] extends readonly []
  ? { readonly type: K }
  : { readonly type: K } & Method<P, K>["parameters"][0];

/**
 * Every message that an actor of protocol `P` takes, as a union told apart by `type`.
 *
 * @example
 * ```ts
 * import type { MessageOf } from "@pneumatic/actors";
 *
 * interface Counter {
 *   add(payload: { by: number }): void;
 *   get(): number;
 * }
 * const message: MessageOf<Counter> = { type: "add", by: 2 };
 * ```
 */
export type MessageOf<P> = { [K in Names<P>]: MessageNamed<P, K> }[Names<P>];

/** What an ask for the message named `K` of protocol `P` resolves to. */
export type ReplyOf<P, K extends Names<P>> = Method<P, K>["reply"];

/** The `ask` of an address of protocol `P`: one call signature for each message. */
export type AskOf<P> = Intersection<
  { [K in Names<P>]: (message: MessageNamed<P, K>, options?: AskOptions) => Promise<ReplyOf<P, K>> }[Names<P>]
>;

/** All members of a union at once. The parameter position is what makes inference intersect them. */
type Intersection<Union> = [Union] extends [never]
  ? (message: never, options?: AskOptions) => Promise<never>
  : (Union extends unknown ? (member: Union) => void : never) extends (member: infer All) => void
    ? All
    : never;

/** The protocol that an `on` object of handlers amounts to. */
export type ProtocolFrom<On> = {
  [K in Names<On>]: On[K] extends (...parameters: infer Parameters) => infer Reply
    ? Parameters extends readonly [unknown, infer Payload]
      ? (payload: Payload) => Awaited<Reply>
      : () => Awaited<Reply>
    : never;
};
