/** The parts that the error classes of both packages share: their brand, and the way they show a value in a message. */

/** Names an error class, and lets `instanceof` go by a registered symbol, so that two copies of a package agree on it. */
export function brand(type: { readonly prototype: object }, name: string, owner = "@pneumatic/core"): void {
  const key = Symbol.for(`${owner}/${name}`);
  Object.defineProperties(type.prototype, { [key]: { value: true }, name: { value: name, writable: true } });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, candidate: unknown) {
      try {
        if (this !== type) return Function.prototype[Symbol.hasInstance].call(this as () => void, candidate); // a subclass
        return key in Object(candidate);
      } catch {
        return false; // a proxy that was revoked, or throws
      }
    },
  });
}

/** Returns `value` as a message shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return Object(value) === value ? `a value of type ${typeof value}` : String(value);
}
