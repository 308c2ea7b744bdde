/** A comparison for every step of a long run: `expect` alone takes longer than most steps. */
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";

/** Fails as `expect(real).toEqual(expected)` does. */
export function mustEqual(real: unknown, expected: unknown): void {
  if (!isSame(real, expected)) expect(real).toEqual(expected);
}

function isSame(real: unknown, expected: unknown): boolean {
  if (typeof real !== "object") return Object.is(real, expected);
  if (!Array.isArray(real) || !Array.isArray(expected)) return isDeepStrictEqual(real, expected);
  return real.length === expected.length && real.every((each, n) => isSame(each, expected[n]));
}
