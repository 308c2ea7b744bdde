/** Addresses that travel in every way, also over threads that are lost: once all are dropped, no actor lives. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runNode } from "../../support/node-process.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { scaled } from "../../support/scale.ts";

const program = fileURLToPath(new URL("fixtures/owned-addresses.mjs", import.meta.url));
const FIRST = Number(process.env["PNEUMATIC_SEED"] ?? 1);
const WORLDS = scaled(6, 1000);

test(`${WORLDS} random worlds leave no actor alive`, async () => {
  const { code, output } = await runNode([program, String(FIRST), String(WORLDS)], {}, scaled(PATIENCE_MS, 3_600_000));
  expect({ code, output }).toEqual({ code: 0, output: `${WORLDS} worlds\n` });
});
