/** What the other side of a thread cannot read: refused at the call, or a panic with a typed error; nobody waits for ever. */
import type { Definition } from "@pneumatic/actors";
import { actor, onThread } from "@pneumatic/actors";
import { MessageNotCloneableError } from "@pneumatic/core/threads";
import { describe, expect, it } from "vitest";
import { deep } from "../../support/deep.ts";
import { failure, fixtures, patient, threadSystem } from "../../support/thread-worker.ts";

interface Deep {
  reply(payload: { levels: number }): unknown;
  replyLater(payload: { levels: number }): unknown;
  tell(payload: { to: unknown; levels: number }): string;
  fail(payload: { levels: number; as: "cause" | "property" | "value" }): void;
  take(payload: { value: unknown }): string;
  garbage(payload: { what: number }): void;
  ping(): string;
}
interface Notes {
  note(payload: { value: unknown }): void;
}
const definition = onThread<Definition<Deep, unknown>>(new URL("deep.mjs", fixtures));
const notes = actor<Notes>({ on: { note() {} } });
const forever = { timeout: Number.POSITIVE_INFINITY };
const DEPTHS = [1001, 2500, 6000, 100_000];

describe.each(["shared", "dedicated"] as const)("on a %s thread", (thread) => {
  it("a reply that is too deep is a panic with a typed error, and the next message is handled", async () => {
    await using system = threadSystem();
    using address = system.spawn(definition, { args: undefined, ...patient, thread });
    for (const levels of DEPTHS) {
      for (const type of ["reply", "replyLater"] as const) {
        const error = await failure(address.ask({ type, levels }, forever));
        expect(error.cause).toBeInstanceOf(MessageNotCloneableError);
        expect(error.cause?.message).toContain("1000 levels");
        expect(await address.ask({ type: "ping" }, forever)).toBe("pong");
      }
    }
  });

  it("a message or arguments that are too deep are refused at the call", async () => {
    await using system = threadSystem();
    using address = system.spawn(definition, { args: undefined, ...patient, thread });
    for (const levels of DEPTHS) {
      for (const kind of ["objects", "Maps", "errors"] as const) {
        const value = deep(kind, levels);
        expect(() => address.tell({ type: "take", value })).toThrow(MessageNotCloneableError);
        await expect((async () => address.ask({ type: "take", value }))()).rejects.toThrow(MessageNotCloneableError);
      }
    }
    expect(await address.ask({ type: "take", value: deep("objects", 999) }, forever)).toBe("taken");
    expect(() => system.spawn(definition, { args: deep("objects", 2500), thread })).toThrow(MessageNotCloneableError);
  });

  it("a tell from the thread that is too deep is refused at the call", async () => {
    await using system = threadSystem();
    using address = system.spawn(definition, { args: undefined, ...patient, thread });
    using to = system.spawn(notes);
    for (const levels of DEPTHS) {
      expect(await address.ask({ type: "tell", to: to.clone(), levels }, forever)).toBe(
        "ERR_CHANNEL_MESSAGE_NOT_CLONEABLE",
      );
    }
  });

  it.each(["cause", "property", "value"] as const)("an error with a %s that is too deep is a panic", async (as) => {
    await using system = threadSystem();
    using address = system.spawn(definition, { args: undefined, ...patient, thread });
    for (const levels of DEPTHS) {
      await failure(address.ask({ type: "fail", levels, as }, forever));
      expect(await address.ask({ type: "ping" }, forever)).toBe("pong");
    }
  });

  it("garbage over a port loses the thread, and the next message is handled on another", async () => {
    await using system = threadSystem();
    using address = system.spawn(definition, { args: undefined, ...patient, thread });
    for (let what = 0; what < 10; what++) {
      await address.ask({ type: "garbage", what }, forever).catch(() => {});
      expect(await address.ask({ type: "ping" }, forever)).toBe("pong");
    }
    expect(system.lines.map(({ msg }) => msg).join("\n")).toContain("cannot be read");
  });
});
