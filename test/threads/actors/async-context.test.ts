/** The code of an actor on a thread runs in no async context of another actor there. */
import type { Definition } from "@pneumatic/actors";
import { onThread } from "@pneumatic/actors";
import { expect, test } from "vitest";
import { fixtures, threadSystem } from "../../support/thread-worker.ts";

interface Entering {
  enter(): void;
  enterLater(): void;
}
interface Looking {
  look(): string;
  first(): string;
}
const url = new URL("storing.mjs", fixtures);
const entering = onThread<Definition<Entering, undefined>>(url, "entering");
const looking = onThread<Definition<Looking, undefined>>(url, "looking");
/** More than there are shared threads, so that each has one. */
const MANY = 8;

test.each(["enter", "enterLater"] as const)(
  "a context that an actor enters for good is nobody else's: %s",
  async (type) => {
    await using system = threadSystem();
    const of = <P>(definition: Definition<P, undefined>) =>
      Array.from({ length: MANY }, () => system.own(system.spawn(definition)));
    const before = of(looking);
    const strangers = of(entering);
    await Promise.all(before.map((address) => address.started));
    const stores: string[] = [];
    for (const [n, stranger] of strangers.entries()) {
      const asked = stranger.ask({ type });
      stores.push(await (before[n] as (typeof before)[number]).ask({ type: "look" }));
      await asked;
    }
    for (const address of [...before, ...of(looking)]) {
      stores.push(await address.ask({ type: "look" }), await address.ask({ type: "first" }));
    }
    expect(new Set(stores)).toEqual(new Set(["undefined"]));
  },
);
