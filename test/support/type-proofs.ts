/** What the tests of types say to the compiler; nothing here exists at run time but the two names. */

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** Compiles only when both types are the same. */
export function same<A, B>(_proof: Equal<A, B>): void {}

/** An expression of any type, which is never evaluated. */
export declare function expression<T>(): T;
