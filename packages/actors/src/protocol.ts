/**
 * The types between modules. A protocol is an interface whose methods are the messages an actor takes: the parameter is
 * the payload, the return type the reply. Everything else here is computed from it; nothing exists at run time.
 */

/** The limits of an ask. */
export interface AskOptions {
  /** Milliseconds until the ask rejects with an `AskTimeoutError`; 5,000 when left out, `Infinity` for no limit. */
  readonly timeout?: number | undefined;
  /** Rejects the ask with `signal.reason`. A message that is still queued is then never handled. */
  readonly signal?: AbortSignal | undefined;
}

/** The names of the messages of protocol `P`. */
export type Names<P> = keyof P & string;

/** The message named `K` of protocol `P`: its `type` and its payload in one object. */
export type MessageNamed<P, K extends Names<P>> = P[K] extends () => unknown
  ? { readonly type: K }
  : P[K] extends (payload: infer Payload) => unknown
    ? { readonly type: K } & Payload
    : never;

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

/** The reply to the message named `K` of protocol `P`: an ask for it resolves to this. */
export type ReplyOf<P, K extends Names<P>> = P[K] extends (payload: never) => infer Reply ? Awaited<Reply> : never;

/**
 * The `ask` of an address. It takes any message and knows the reply by its type; the reply to a union of messages is
 * the union of their replies.
 */
export type Ask<
  in Message extends { readonly type: string },
  out Replies extends Readonly<Record<Message["type"], unknown>>,
> = <K extends Message["type"]>(message: Message & { readonly type: K }, options?: AskOptions) => Promise<Replies[K]>;

/** The method of a protocol that a handler amounts to. */
export type MethodOf<Handler> = Handler extends (context: never) => infer Reply
  ? () => Awaited<Reply>
  : Handler extends (context: never, payload: infer Payload) => infer Reply
    ? (payload: Payload) => Awaited<Reply>
    : never;

declare const unfit: unique symbol;

/** A type that only `any` and `never` can be assigned to: payloads that check nothing, or that nobody can send. */
export type Unfit = { readonly [unfit]: never };

/** A payload: an object without a `type` of its own, and by their symbols neither an array nor a function. */
export type Payload = object & {
  readonly type?: never;
  readonly [Symbol.unscopables]?: never;
  readonly [Symbol.hasInstance]?: never;
};

/** A sentence that tells why `Parameters` cannot be the payload of a message; never if they can. */
export type PayloadFault<Parameters> = Parameters extends readonly []
  ? never
  : Parameters extends readonly [infer Only]
    ? [Only] extends [Unfit]
      ? "The payload of a message needs a type: (context, { name }: { name: string }) => ..."
      : [Only] extends [Payload]
        ? never
        : [Only] extends [object]
          ? ObjectFault<Only>
          : "The payload of a message is an object: { name: value }"
    : "A message has at most one payload, which is required; let its properties be optional";

/** The fault of each member of a union by itself, so that the good ones do not excuse the others. */
type ObjectFault<Member> = Member extends Payload
  ? never
  : Member extends { readonly type?: unknown }
    ? "The payload of a message has no `type` of its own: it stands beside the `type` of the message"
    : "The payload of a message is an object: { name: value }";
