/**
 * Rings that no thread has written: the reader disconnects the channels and reports one typed error, or receives what it
 * can read; it never hangs, and nothing else is thrown.
 *
 * PNEUMATIC_SEED=seed repeats a run; LONG=1 tries 5,000 rings.
 */
import { expect, test } from "vitest";
import { runNode } from "../../support/node-process.ts";

const LONG = process.env["LONG"] === "1";
const SEED = process.env["PNEUMATIC_SEED"] ?? String(Math.floor(Math.random() * 2 ** 31));
const PROGRAM = "test/threads/core/fixtures/corrupt-rings.mjs";

test(`a ring with flipped bits, or a wrong head, is a typed error or is read, and its channel ends (seed ${SEED})`, async () => {
  const { code, output } = await runNode(["--no-warnings", PROGRAM], { SEED, RUNS: LONG ? "5000" : "1500" });
  expect([code, output]).toEqual([0, "refused: true\n"]);
});
