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
  /** Resolves when every child has started; rejects with `StartFailedError`, which need not be observed. */
  readonly started: Promise<void>;
  /** Resolves to the reason why the supervisor ended for good, once it has. Never rejects. */
  readonly exited: Promise<ExitReason>;
  /** Returns a new strong address of a child, which the caller drops. It stays good across restarts. */
  child<K extends keyof C & string>(id: K): AddressOf<C[K]>;
  /** Starts another child and returns its address, which the caller drops. The child lives until it is terminated. */
  startChild<const Spec extends ChildSpec<unknown> | SupervisorSpec>(id: string, spec: Spec): AddressOf<Spec>;
  /** Stops a child after its current message, without a restart; resolves with its exit reason. */
  terminateChild(id: string): Promise<ExitReason>;
  /**
   * Starts a child that has ended once more, in its old place and with its specification; resolves to its address, which
   * the caller drops. Addresses of the ended one stay those of the ended one. Rejects with `InvalidDefinitionError` if
   * there is no such child, or if it is alive. (After OTP's `restart_child`.)
   */
  restartChild<K extends keyof C & string>(id: K): Promise<AddressOf<C[K]>>;
  /** For a child that was added by `startChild`. */
  restartChild<A = Address<never>>(id: string): Promise<A>;
  /**
   * Takes a child that has ended off the list, with its specification: nothing is left of it. Rejects with
   * `InvalidDefinitionError` if there is no such child, or if it is alive. (After OTP's `delete_child`.)
   */
  deleteChild(id: string): Promise<void>;
  /** Lists the children in the order they were added. A `temporary` one that ended is not listed any more. */
  children(): ChildInfo[];
  /** Returns one more strong handle. */
  clone(): SupervisorAddress<C>;
  /** Gives up this handle. Idempotent. */
  drop(): void;
}

/** A child, as {@link SupervisorAddress.children} lists it. */
export interface ChildInfo {
  readonly id: string;
  readonly alive: boolean;
  readonly restarts: number;
}

declare const definition: unique symbol;

/** The specification of a supervisor's child, made by `child`. */
export interface ChildSpec<out P> {
  readonly [definition]?: () => P;
}

/** The specifications of a supervisor's children by id: actors, and other supervisors. */
export type ChildSpecs = { readonly [id: string]: ChildSpec<unknown> | SupervisorSpec };

/** The address of a child, by its specification. */
export type AddressOf<Spec> =
  Spec extends SupervisorSpec<infer C>
    ? SupervisorAddress<C>
    : Spec extends { readonly [definition]?: () => infer P }
      ? Address<P>
      : never;

/** The specification of a supervisor, made by `supervisor`. */
export interface SupervisorSpec<out C extends ChildSpecs = ChildSpecs> {
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  readonly children: C;
}

/**
 * The children that start again with one that ends and is to be restarted: none (`one_for_one`), all (`one_for_all`),
 * or those that were started after it (`rest_for_one`). (After OTP.)
 */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";
