/** Garbage out of any port, in both directions: nothing is thrown where nobody catches it, and every actor answers again. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runNode } from "../../support/node-process.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { scaled } from "../../support/scale.ts";

const program = fileURLToPath(new URL("fixtures/fuzz-ports.mjs", import.meta.url));
const FIRST = Number(process.env["PNEUMATIC_SEED"] ?? 1);
const WORLDS = scaled(8, 1000);

test(`${WORLDS} worlds survive random garbage at all of their ports`, async () => {
  const { code, output } = await runNode([program, String(FIRST), String(WORLDS)], {}, scaled(PATIENCE_MS, 3_600_000));
  expect({ code, output }).toEqual({ code: 0, output: `${WORLDS} worlds\n` });
});
