/** The attack ends by itself, and its oracle notices a world that lies. */
import { expect, it } from "vitest";
import { runNode } from "../../support/node-process.ts";

it.each(["lost", "overlap", "reorder", "stale", "unsettled", "kept", "said"])(
  "the attack fails when a world lies: %s",
  async (lie) => {
    const { code, output } = await runNode(["scripts/attack.mjs", "--seed", "2", "--worlds", "1", "--lie", lie]);
    expect(output).toMatch(/[1-9]\d* violations/);
    expect(code).toBe(1);
  },
);

it("the attack finds nothing in worlds that are fair, and its process ends by itself", async () => {
  const { code, output } = await runNode(["scripts/attack.mjs", "--seed", "2", "--worlds", "5"]);
  expect(output).toContain("; 0 violations");
  expect(code).toBe(0);
});
