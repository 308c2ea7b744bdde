/** The type of a definition: it carries the protocol of its actors, and the argument of their state. */

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

/** The argument that `state` of a definition takes. */
export type ArgsOf<D> = D extends { readonly [argument]?: (args: infer Args) => void } ? Args : never;

/** A protocol without messages: that of `self` if the definition infers its own. */
export type NoMessages = Record<never, never>;
