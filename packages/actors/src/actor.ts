/** `actor` and `implement`: how users define an actor, and how its types are inferred or checked. */
import type { Context, StartContext } from "./context.ts";
import type { Definition, NoMessages } from "./definition.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { MethodOf, Names, Payload, PayloadFault, Unfit } from "./protocol.ts";
import { define } from "./runtime-definition.ts";

type MaybePromise<T> = T | Promise<T>;

/**
 * Any handlers: `never` admits every payload type. This stands beside `On` and is not its constraint: a constraint
 * makes the compiler give up on the state if `state` takes its context too.
 */
type AnyHandlers<State> = Record<string, (context: Context<State, NoMessages>, payload: never) => unknown>;

type GeneratorFault = "A handler is no generator: it returns its reply, or a promise of it";

/** True for what a generator function returns; false for `any` and `never`. */
type IsGenerator<Reply> = 0 extends 1 & Reply
  ? false
  : [Reply] extends [never]
    ? false
    : [Reply] extends [Generator | AsyncGenerator]
      ? true
      : false;

/**
 * Puts a sentence in the place of each handler whose parameters cannot be those of a message. `object` is the
 * constraint of `On`: it stands for a handler that is not inferred yet.
 */
type CheckHandlers<On> = {
  [K in keyof On]: On[K] extends (
    ...parameters: infer Parameters extends readonly [] | readonly [unknown] | readonly [unknown, Payload]
  ) => infer Reply
    ? Parameters extends readonly [unknown, Unfit]
      ? PayloadFault<[never]>
      : IsGenerator<Reply> extends true
        ? GeneratorFault
        : unknown
    : object extends On[K]
      ? unknown
      : On[K] extends (context: never, ...payload: infer Rest) => unknown
        ? PayloadFault<Rest>
        : "A handler is a function of the context and at most one payload";
};

/**
 * The handlers that protocol `P` asks for, with a sentence in the place of each that cannot be one. A handler returns
 * what the method returns, or a promise of it; if the method returns a promise, also the value of that.
 */
type HandlersOf<P, State> = {
  readonly [K in Names<P>]: P[K] extends (
    ...payload: infer Rest extends readonly [] | readonly [Payload]
  ) => infer Reply
    ? Rest extends readonly [Unfit]
      ? PayloadFault<Rest>
      : (context: Context<State, P>, ...payload: Rest) => Reply | MaybePromise<Awaited<Reply>>
    : P[K] extends (...payload: infer Rest) => infer Reply
      ? PayloadFault<Rest> & ((context: Context<State, P>, ...payload: Rest) => Reply | MaybePromise<Awaited<Reply>>)
      : "Each property of a protocol is a required method: name(payload): reply";
};

/** Refuses every handler if `P` has no messages, since none would be excess to the compiler then, or if it is `any`. */
type NoOthers<P> = [Names<P>] extends [never]
  ? Readonly<Record<string, "The protocol has no such message; it is named as in implement<Protocol>()">>
  : [P] extends [Unfit]
    ? Readonly<Record<string, "A protocol is an interface, and not any">>
    : unknown;

/** The optional parts of a definition around its handlers. */
interface Frame<State, Args, Self> {
  /** The stem of the names of unnamed actors; `actor` when left out. */
  readonly name?: string;
  /**
   * Makes the state at every start and restart. If it throws or rejects, the start has failed. If the state comes to
   * hold more than it begins with, write the return type: `state: (): { next?: Address<Node> } => ({})`.
   */
  readonly state?: (args: Args, context: StartContext<Self>) => MaybePromise<State>;
  /** Runs once the state is made, before the first message. */
  readonly started?: (context: Context<State, Self>) => unknown;
  /** Runs after the children have stopped, when the actor stops or is about to restart. Not after a kill. */
  readonly stopped?: (context: Context<State, Self>, reason: ExitReason) => unknown;
}

/**
 * Defines an actor; its protocol is inferred from `on`.
 *
 * Each key of `on` is a message. The second parameter of its handler is the payload; the value that the handler
 * returns, or resolves to, is the reply. At run time the payload is the message itself: `{ ...payload }` has its
 * `type`, too. An actor handles one message at a time, also across awaits.
 *
 * An error that a handler throws is a panic, on which supervision decides; return an expected failure as a value, a
 * `Result`. An actor that sends to itself is written with {@link implement}. Throws `InvalidDefinitionError` for a
 * malformed definition.
 *
 * @example
 * ```ts
 * import { ActorSystem, actor } from "@pneumatic/actors";
 *
 * const greeter = actor({
 *   state: (greeting: string) => ({ greeting, served: 0 }),
 *   on: {
 *     greet: ({ state }, { name }: { name: string }) => {
 *       state.served++;
 *       return `${state.greeting}, ${name}!`;
 *     },
 *   },
 *   stopped: ({ state, log }) => log.debug(`served ${state.served}`),
 * });
 * await using system = new ActorSystem();
 * using address = system.spawn(greeter, { args: "Hello" });
 * console.log(await address.ask({ type: "greet", name: "Ada" })); // Hello, Ada!
 * ```
 */
export function actor<State, Args = undefined, const On extends Record<string, object> = Record<never, never>>(
  definition: Frame<State, Args, NoMessages> & { readonly on: On & AnyHandlers<State> & CheckHandlers<On> },
): Definition<{ [K in Names<On>]: MethodOf<On[K]> }, Args> {
  return define(definition);
}

/**
 * Defines an actor for a protocol that was written first, as an interface whose methods are the messages. Two modules
 * can share a typed interface in this way without sharing code, and an actor can send to itself: `self` is a
 * `WeakAddress<P>`.
 *
 * @example
 * ```ts
 * import { ActorSystem, implement } from "@pneumatic/actors";
 *
 * interface Countdown {
 *   from(payload: { n: number }): void;
 *   left(): number;
 * }
 * const countdown = implement<Countdown>()({
 *   state: () => ({ left: 0 }),
 *   on: {
 *     from: ({ state, self }, { n }) => {
 *       state.left = n;
 *       if (n > 0) self.tell({ type: "from", n: n - 1 });
 *     },
 *     left: ({ state }) => state.left,
 *   },
 * });
 * await using system = new ActorSystem();
 * using address = system.spawn(countdown);
 * address.tell({ type: "from", n: 3 });
 * while ((await address.ask({ type: "left" })) > 0); // asked between what the countdown tells itself
 * console.log("lift-off");
 * ```
 */
export function implement<P>(): <State, Args = undefined>(
  definition: Frame<State, Args, P> & { readonly on: HandlersOf<P, State> & NoOthers<P> },
) => Definition<P, Args> {
  return define;
}
