/** Definitions: what an actor is, apart from who runs it. Nothing here has a life of its own. */
import { brand } from "@pneumatic/core/internal";
import type { Cell } from "./cell/cell.ts";
import type { Context, StartContext } from "./context.ts";
import { InvalidDefinitionError } from "./errors.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Fault, MethodOf, Names, Payload, Unfit } from "./protocol.ts";

declare const protocol: unique symbol;
declare const argument: unique symbol;

/** An actor that can be spawned: its protocol is `P`, its `state` takes `Args`. Made by {@link actor} or {@link implement}. */
export interface Definition<out P, in Args> {
  readonly [protocol]?: () => P;
  readonly [argument]?: (args: Args) => void;
  readonly name: string;
}

/** The protocol of a definition: `Address<ProtocolOf<typeof counter>>`. */
export type ProtocolOf<D> = D extends { readonly [protocol]?: () => infer P } ? P : never;

/** What `state` of a definition takes. */
export type ArgsOf<D> = D extends { readonly [argument]?: (args: infer Args) => void } ? Args : never;

/** A protocol without messages: that of `self` where the definition infers its own. */
export type NoMessages = Record<never, never>;

type MaybePromise<T> = T | Promise<T>;

/**
 * Any handlers. `never` admits every payload type. This stands beside `On` and is not its constraint: as a constraint it
 * makes the compiler give up on the state when `state` takes its context too.
 */
type AnyHandlers<State> = Record<string, (context: Context<State, NoMessages>, payload: never) => unknown>;

/**
 * Puts a sentence in the place of each handler whose parameters cannot be those of a message. `object` is the constraint of
 * `On`: what stands for a handler while it is not inferred yet.
 */
type CheckHandlers<On> = {
  [K in keyof On]: On[K] extends (
    ...parameters: infer Parameters extends readonly [] | readonly [unknown] | readonly [unknown, Payload]
  ) => unknown
    ? Parameters extends readonly [unknown, Unfit]
      ? Fault<[never]>
      : unknown
    : object extends On[K]
      ? unknown
      : On[K] extends (context: never, ...payload: infer Rest) => unknown
        ? Fault<Rest>
        : "A handler is a function of the context and at most one payload";
};

/**
 * The handlers that protocol `P` asks for, with a sentence in the place of each that cannot be one. A reply may also be the
 * promise of what the method returns, or what the promise that it returns resolves to.
 */
type HandlersOf<P, State> = {
  readonly [K in Names<P>]: P[K] extends (
    ...payload: infer Rest extends readonly [] | readonly [Payload]
  ) => infer Reply
    ? Rest extends readonly [Unfit]
      ? Fault<Rest>
      : (context: Context<State, P>, ...payload: Rest) => Reply | MaybePromise<Awaited<Reply>>
    : P[K] extends (...payload: infer Rest) => infer Reply
      ? Fault<Rest> & ((context: Context<State, P>, ...payload: Rest) => Reply | MaybePromise<Awaited<Reply>>)
      : "Each property of a protocol is a required method: name(payload): reply";
};

/** Refuses handlers where `P` has no messages, so that none would be excess to the compiler, and where it is `any`. */
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
   * Makes the state at every start and restart. Throwing, or rejecting, is a failed start. Where the state comes to hold more
   * than it begins with, its return type is written: `state: (): { next?: Address<Node> } => ({})`.
   */
  readonly state?: (args: Args, context: StartContext<Self>) => MaybePromise<State>;
  /** Runs once the state is there, before the first message. */
  readonly started?: (context: Context<State, Self>) => unknown;
  /** Runs when the actor stops or is about to be restarted, after its children have stopped. Not after a kill. */
  readonly stopped?: (context: Context<State, Self>, reason: ExitReason) => unknown;
}

/**
 * Defines an actor; its protocol is inferred from `on`.
 *
 * Each key of `on` is a message: the second parameter of the handler is its payload, what it returns (or resolves to) is
 * the reply. At run time the payload is the message itself: `{ ...payload }` has its `type`, too. One message is handled at
 * a time, also across awaits. Whatever a handler throws is a panic, on which supervision decides; an expected failure is a
 * value, a `Result`. An actor that sends to itself is written with {@link implement}. Throws {@link InvalidDefinitionError} for a malformed definition.
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
 * Defines an actor for a protocol that was written first, as an interface whose methods are the messages. That is how two
 * modules share a typed interface without sharing code, and how an actor sends to itself: `self` is a
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
 * console.log(await address.ask({ type: "left" })); // 2: asked before the countdown told itself to go on
 * ```
 */
export function implement<P>(): <State, Args = undefined>(
  definition: Frame<State, Args, P> & { readonly on: HandlersOf<P, State> & NoOthers<P> },
) => Definition<P, Args> {
  return define;
}

/** A definition as the runtime reads it. */
export interface Behavior {
  readonly name: string;
  readonly state: ((args: unknown, context: unknown) => unknown) | undefined;
  readonly on: Readonly<Record<string, Handler>>;
  /** Takes the messages that `on` has no handler for; undefined where they are refused. */
  readonly others?: Handler | undefined;
  readonly started: ((context: unknown) => unknown) | undefined;
  readonly stopped: ((context: unknown, reason: ExitReason) => unknown) | undefined;
  /** It is to end, but has not started yet. */
  readonly cutShort?: () => void;
  /** Its handlers are on another thread. */
  readonly isRemote?: true;
  /** Begins nothing more; whether messages were begun that are still queued. */
  readonly isAhead?: () => boolean;
  /** Takes out what was begun, and accounts for what was handled: the last one is in flight if it was not. */
  readonly catchUp?: (cell: Cell) => void;
}

/** A handler as the runtime calls it: with the whole message, whose `type` the payload type does not mention. */
export type Handler = (context: unknown, message: unknown) => unknown;

class RuntimeDefinition implements Definition<never, unknown>, Behavior {
  static {
    brand(RuntimeDefinition, "Definition", "@pneumatic/actors"); // a bundle of its module may have a copy of this one
  }
  readonly name: string;
  readonly state: Behavior["state"];
  readonly on: Behavior["on"];
  readonly others: Handler | undefined;
  readonly started: Behavior["started"];
  readonly stopped: Behavior["stopped"];

  constructor(definition: Partial<Behavior>) {
    this.name = definition.name ?? "actor";
    this.state = definition.state;
    this.on = handlers(definition.on);
    this.others = definition.others;
    this.started = definition.started;
    this.stopped = definition.stopped;
  }
}

/** Defines an actor that gives every message to one handler. */
export function takesAll<P>(name: string, others: Handler): Definition<P, undefined> {
  return new RuntimeDefinition({ name, on: {}, others }) as Definition<P, undefined>;
}

function define<P, Args>(definition: object): Definition<P, Args> {
  if (typeof definition !== "object" || definition === null) {
    throw new InvalidDefinitionError("An actor is defined by an object with an `on` of handlers");
  }
  const { name } = definition as { readonly name?: unknown };
  if (name !== undefined && (typeof name !== "string" || name === "" || name.includes("/"))) {
    throw new InvalidDefinitionError(`The name of a definition is a string without "/", not ${JSON.stringify(name)}`);
  }
  for (const hook of ["state", "started", "stopped"] as const) {
    const given: unknown = (definition as Record<string, unknown>)[hook];
    if (given !== undefined && typeof given !== "function") {
      throw new InvalidDefinitionError(`\`${hook}\` of an actor must be a function, not ${typeof given}`);
    }
  }
  return new RuntimeDefinition(definition) as Definition<P, Args>;
}

/** Own handlers only, without a prototype: a message of type `constructor` finds nothing. */
function handlers(on: unknown): Behavior["on"] {
  if (typeof on !== "object" || on === null) throw new InvalidDefinitionError("An actor needs an `on` of handlers");
  for (const [type, handler] of Object.entries(on)) {
    if (typeof handler !== "function") {
      throw new InvalidDefinitionError(`The handler "${type}" must be a function, not ${typeof handler}`);
    }
    if (handler.length > 2) {
      throw new InvalidDefinitionError(`The handler "${type}" takes the context and at most one payload`);
    }
  }
  return Object.setPrototypeOf({ ...on }, null);
}

/** What the runtime reads of a definition; undefined for what {@link actor} has not made. */
export function asBehavior(definition: unknown): Behavior | undefined {
  return definition instanceof RuntimeDefinition ? definition : undefined;
}

/** What the runtime reads of a definition; refuses what {@link actor} has not made. */
export function behaviorOf(definition: unknown): Behavior {
  const behavior = asBehavior(definition);
  if (behavior !== undefined) return behavior;
  throw new InvalidDefinitionError("Only what actor(), implement() or onThread() has made can be spawned");
}
