/** The address of a supervisor, and the specification that its types follow from. */
import type { Address } from "../address/address.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Intensity } from "./actor-options.ts";

/**
 * A strong handle on a supervisor. When the last one is dropped, the children drain in reverse order, each within its
 * `shutdownMs`, and the supervisor stops.
 */
export interface SupervisorAddress<out C extends ChildSpecs = ChildSpecs> extends Disposable {
  /** The path of the supervisor in its system; a child's is below it. */
  readonly path: string;
  /** Settles when every child has started; rejects with `StartFailedError`, which need not be observed. */
  readonly started: Promise<void>;
  /** Why the supervisor ended for good, once it has. Never rejects. */
  readonly exited: Promise<ExitReason>;
  /** A new strong address of a child, which the caller drops. It stays good across restarts. */
  child<K extends keyof C & string>(id: K): AddressOf<C[K]>;
  /** Starts another child. The caller drops the address; the child lives until it is terminated. */
  startChild<const Spec extends ChildSpec<unknown> | SupervisorSpec>(id: string, spec: Spec): AddressOf<Spec>;
  /** Stops a child after its current message, without a restart; resolves with its exit reason. */
  terminateChild(id: string): Promise<ExitReason>;
  /** The children in the order they were added. A `temporary` one that ended is not listed any more. */
  children(): ChildInfo[];
  /** One more strong handle. */
  clone(): SupervisorAddress<C>;
  /** Gives up this handle. Idempotent. */
  drop(): void;
}

/** A child as {@link SupervisorAddress.children} lists it. */
export interface ChildInfo {
  readonly id: string;
  readonly alive: boolean;
  readonly restarts: number;
}

declare const definition: unique symbol;

/** A child of a supervisor, made by {@link child}. */
export interface ChildSpec<out P> {
  readonly [definition]?: () => P;
}

/** The children of a supervisor by id: actors, and other supervisors. */
export type ChildSpecs = { readonly [id: string]: ChildSpec<unknown> | SupervisorSpec };

/** The address of a child, by its specification. */
export type AddressOf<Spec> =
  Spec extends SupervisorSpec<infer C>
    ? SupervisorAddress<C>
    : Spec extends { readonly [definition]?: () => infer P }
      ? Address<P>
      : never;

/** A supervisor, made by {@link supervisor}. */
export interface SupervisorSpec<out C extends ChildSpecs = ChildSpecs> {
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  readonly children: C;
}

/**
 * The children that are restarted with one that ends: none with `one_for_one`, all the others with `one_for_all`, those
 * started after it with `rest_for_one`. As in OTP.
 */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";
