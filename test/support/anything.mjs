/** What user code may throw, though nobody would think of it. JavaScript, since threads load it as well. */
import { runInNewContext } from "node:vm";

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throws() {
  throw new Error("a trap");
}

/** A proxy all of whose traps throw. */
function trap(target) {
  return new Proxy(target, new Proxy({}, { get: () => throws }));
}

function causedByItself() {
  const error = new Error("round");
  error.cause = error;
  return error;
}

function deeplyCaused() {
  let error = new Error("innermost");
  for (let depth = 0; depth < 10_000; depth++) error = new Error("outer", { cause: error });
  return error;
}

/** Makes each by its name. */
export const ANYTHING = {
  "a revoked proxy": revoked,
  "a proxy whose traps throw": () => trap({}),
  "a proxy of an error whose traps throw": () => trap(new Error("inner")),
  "an object without a prototype": () => Object.create(null),
  "an object whose toString throws": () => ({ toString: throws }),
  "an object whose Symbol.toPrimitive throws": () => ({ [Symbol.toPrimitive]: throws }),
  "an object whose Symbol.toStringTag throws": () =>
    Object.defineProperty(Object.create(null), Symbol.toStringTag, { get: throws }),
  "an error whose message throws": () => Object.defineProperty(new Error(), "message", { get: throws }),
  "an error whose name, stack and cause throw": () =>
    Object.defineProperties(new Error("e"), { stack: { get: throws }, name: { get: throws }, cause: { get: throws } }),
  "an error whose constructor throws": () => Object.defineProperty(new Error("e"), "constructor", { get: throws }),
  "an error whose toJSON throws": () => Object.assign(new Error("e"), { toJSON: throws }),
  "an error that is caused by itself": causedByItself,
  "an error with ten thousand causes": deeplyCaused,
  "an error that is caused by a revoked proxy": () => new Error("e", { cause: revoked() }),
  "an AggregateError of such things": () => new AggregateError([revoked(), Object.create(null), causedByItself()]),
  "a frozen error": () => Object.freeze(new Error("frozen")),
  "an error of another realm": () => runInNewContext(`Object.assign(new TypeError("far"), { code: "E_FAR" })`),
  "a DOMException": () => new DOMException("dom", "DataError"),
  "a symbol": () => Symbol("odd"),
  "a bigint": () => 5n,
  "a function": () => throws,
  // biome-ignore lint/suspicious/noThenProperty: it is what is tried
  "a thenable": () => ({ then: throws }),
  "a string of a megabyte": () => "x".repeat(2 ** 20),
  "an error of a megabyte": () => new Error("x".repeat(2 ** 20)),
  null: () => null,
  undefined: () => undefined,
};
