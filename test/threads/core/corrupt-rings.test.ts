/**
 * Rings that no thread has written: the reader disconnects the channels and reports one typed error, or receives what it
 * can read; it never hangs, and nothing else is thrown.
 *
 * PNEUMATIC_SEED=seed repeats a run; PNEUMATIC_LONG=1 tries 5,000 rings.
 */
import { expect, test } from "vitest";
import { runNode } from "../../support/node-process.ts";
import { scaled } from "../../support/scale.ts";

const SEED = process.env["PNEUMATIC_SEED"] ?? String(Math.floor(Math.random() * 2 ** 31));
const PROGRAM = "test/threads/core/fixtures/corrupt-rings.mjs";

test(`a ring with flipped bits, or a wrong head, is a typed error or is read, and its channel ends (seed ${SEED})`, async () => {
  const { code, output } = await runNode(["--no-warnings", PROGRAM], { SEED, RUNS: String(scaled(1500, 5000)) });
  expect([code, output]).toEqual([0, "refused: true\n"]);
});
