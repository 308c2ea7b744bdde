/** The programs whose stages end one another: the pipeline from its source, the sieve from its end. */
import { describe, expect, it } from "vitest";
import { evenSquares } from "../../../examples/channels/src/pipeline.ts";
import { firstPrimes } from "../../../examples/channels/src/prime-sieve.ts";
import { numbers } from "../../support/sequence.ts";

describe("evenSquares", () => {
  it("squares 1 to 1000 and keeps the even ones, in order", async () => {
    const expected = numbers(500).map((n) => (2 * (n + 1)) ** 2);
    expect(await evenSquares(1000)).toEqual(expected);
  });

  it.each([0, 1, 2, 16, 17])("ends when its source has ended after %i numbers", async (last) => {
    expect(await evenSquares(last)).toHaveLength(Math.floor(last / 2));
  });
});

describe("firstPrimes", () => {
  it("finds primes in order and takes its whole chain down", async () => {
    expect(await firstPrimes(12)).toEqual([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]);
  });

  it("takes the generator down where no prime was wanted", async () => {
    expect(await firstPrimes(0)).toEqual([]);
  });
});
