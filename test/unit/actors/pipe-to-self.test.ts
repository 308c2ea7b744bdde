/**
 * `ctx.pipeToSelf` makes one message of what becomes of a promise, for the incarnation that asked for it and no other.
 *
 * What can go wrong: the message is lost in a full mailbox, or after the last address was dropped; it reaches the next
 * incarnation; an error of an ended incarnation ends the process; a function throws; a promise is none, settles twice, or
 * never; the count of what is awaited goes astray, and the actor ends too early or never.
 */
import { bounded, InvalidDefinitionError, InvalidMessageError } from "@pneumatic/actors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Gate } from "../../support/gate.ts";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import type { ScriptContext } from "../../support/scripted.ts";
import { bad, note, run, scripted } from "../../support/scripted.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => unhandled.push(error);

beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});

afterEach(async () => {
  await quiet();
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
});

const kept = (text: string) => note(`value ${text}`);
const failed = (error: unknown) => note(`error ${(error as Error).message}`);

/** A system with an actor that has given a promise to `pipeToSelf`. */
async function piped(options: object = {}, withFailed = true) {
  const system = new TestSystem();
  const seen: unknown[] = [];
  const backoff = { initialMs: 0 };
  const address = system.spawn(scripted(seen), { name: "piper", restart: "permanent", backoff, ...options });
  const outcome: Gate<string> = gate<string>();
  let context!: ScriptContext;
  await address.started;
  address.tell(
    run((given) => {
      context = given;
      given.pipeToSelf(outcome.promise, kept, withFailed ? failed : undefined);
    }),
  );
  await quiet();
  return { system, seen, address, outcome, context };
}

const generation = run((context) => context.generation);

describe("what is given to pipeToSelf", () => {
  test("becomes the message of its value, while the actor goes on", async () => {
    const { system, seen, address, outcome } = await piped();
    await using _ = system;
    expect(await address.ask(note("meanwhile"))).toBe("meanwhile");
    expect(system.ledger(address)).toMatchObject({ accepted: 2, handled: 2 });
    outcome.open("v");
    await quiet();
    expect(seen).toEqual(["meanwhile", "value v"]);
    expect(system.ledger(address)).toMatchObject({ accepted: 3, handled: 3 });
  });

  test("becomes the message of its error", async () => {
    const { system, seen, outcome } = await piped();
    await using _ = system;
    outcome.fail(new Error("e"));
    await quiet();
    expect(seen).toEqual(["error e"]);
  });

  test("is a panic when it fails without `failed`, with that error", async () => {
    const { system, seen, address, outcome } = await piped({}, false);
    await using _ = system;
    const error = new Error("e");
    outcome.fail(error);
    expect(await address.ask(generation)).toBe(2);
    expect(seen).toEqual([]);
    expect(system.ledger(address)).toMatchObject({ accepted: 2, handled: 2, panicked: 0 });
    expect(system.logged.find(({ fields }) => fields["reason"] === "panicked")?.fields["err"]).toBe(error);
  });

  test("may be a thenable, a value, or a promise that is settled already", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    using address = system.spawn(scripted(seen));
    // biome-ignore lint/suspicious/noThenProperty: it is one
    const thenable: PromiseLike<string> = { then: (done) => Promise.resolve("thenable").then(done) };
    address.tell(
      run(({ pipeToSelf }) => {
        pipeToSelf(thenable, note);
        pipeToSelf("plain" as never, note);
        pipeToSelf(undefined as never, note);
        pipeToSelf(Promise.resolve("settled"), note);
        pipeToSelf(Promise.reject(new Error("e")), note, failed);
      }),
    );
    await quiet();
    expect(new Set(seen)).toEqual(new Set(["thenable", "plain", undefined, "settled", "error e"]));
    expect(seen).toHaveLength(5);
  });

  test("counts once when it is a promise that tells both and twice", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const address = system.spawn(scripted(seen));
    const liar = Object.assign(Promise.resolve("really"), {
      // biome-ignore lint/suspicious/noThenProperty: it is one
      then: (done: (value: string) => void, failedTo: (error: unknown) => void) => {
        done("once");
        done("twice");
        failedTo(new Error("e"));
      },
    });
    address.tell(run(({ pipeToSelf }) => pipeToSelf(liar as unknown as Promise<string>, note, failed)));
    await quiet();
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(seen).toEqual(["really"]);
  });

  test("comes back in the order in which it settles, however many there are", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const address = system.spawn(scripted(seen));
    const outcomes = numbers(1000).map(() => gate<number>());
    address.tell(
      run(({ pipeToSelf }) => {
        for (const { promise } of outcomes) pipeToSelf(promise, note);
      }),
    );
    await quiet();
    address.drop();
    for (const [index, outcome] of [...outcomes.entries()].reverse()) outcome.open(index);
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(seen).toEqual(numbers(1000).reverse());
    expect(system.ledger()).toMatchObject({ accepted: 1001, handled: 1001, deadLettered: {} });
  });

  test("is refused when nothing can become of it", async () => {
    await using system = new TestSystem();
    const address = system.spawn(scripted());
    for (const wrong of [[], ["done"], [note, "failed"], [note, null]] as never[]) {
      const [done, otherwise] = wrong as [never, never];
      const asked = address.ask(run(({ pipeToSelf }) => expectRefusal(() => pipeToSelf(never, done, otherwise))));
      expect(await asked).toBeInstanceOf(InvalidDefinitionError);
    }
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" }); // nothing is awaited
  });
});

const never = new Promise<never>(() => {});

function expectRefusal(use: () => void): unknown {
  try {
    use();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the functions of pipeToSelf", () => {
  test.each([
    ["throws", bad],
    ["returns nothing", () => undefined],
    ["returns no message", () => "text"],
  ])("panic the actor when one %s", async (what, make) => {
    for (const settle of ["open", "fail"] as const) {
      await using system = new TestSystem();
      using address = system.spawn(scripted(), { backoff: { initialMs: 0 } });
      const outcome = gate<unknown>();
      address.tell(run(({ pipeToSelf }) => pipeToSelf(outcome.promise, make as never, make as never)));
      await quiet();
      outcome[settle](new Error("e"));
      expect(await address.ask(generation)).toBe(2);
      const [entry] = system.logged.filter(({ fields }) => fields["reason"] === "panicked");
      if (what !== "throws") expect(entry?.fields["err"]).toBeInstanceOf(InvalidMessageError);
    }
  });

  test("panic the actor after the message that it handles, whose reply is given", async () => {
    const { system, address, outcome } = await piped({}, false);
    await using _ = system;
    const until = gate<string>();
    const asked = address.ask(run(() => until.promise));
    await quiet();
    outcome.fail(new Error("e"));
    await quiet();
    until.open("reply");
    expect(await asked).toBe("reply");
    expect(await address.ask(generation)).toBe(2);
  });

  test("panic a draining actor for good", async () => {
    const { system, address, outcome } = await piped({}, false);
    await using _ = system;
    address.drop();
    await quiet();
    outcome.fail(new Error("e"));
    expect(await address.exited).toMatchObject({ kind: "panicked", message: undefined });
  });

  test.each(["kill", "stop"] as const)("may %s the actor, and then nothing comes of it", async (how) => {
    const { system, seen, address, context } = await piped();
    await using _ = system;
    const outcome = gate<string>();
    context.pipeToSelf(outcome.promise, () => {
      if (how === "kill") void system.kill(address);
      else context.stop();
      return note("of an ended incarnation");
    });
    outcome.open("v");
    await quiet();
    expect(await address.ask(generation)).toBe(2);
    expect(seen).toEqual([]);
  });

  test("may drop the last address, and what they return is handled", async () => {
    const { system, seen, address, context, outcome } = await piped();
    await using _ = system;
    const other = gate<string>();
    context.pipeToSelf(other.promise, () => {
      address.drop();
      return note("last but one");
    });
    other.open("v");
    await quiet();
    expect(await isPending(address.exited)).toBe(true);
    outcome.open("v");
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(seen).toEqual(["last but one", "value v"]);
  });
});

describe("a mailbox that is full", () => {
  test.each([
    ["waits", bounded(2)],
    ["rejects", bounded(2, { overflow: "reject" })],
    ["drops the oldest", bounded(2, { overflow: "dropOldest" })],
    ["drops the newest", bounded(2, { overflow: "dropNewest" })],
    ["has no room of its own", bounded(0)],
  ])("and %s takes the message all the same", async (_, mailbox) => {
    const { system, seen, address, outcome } = await piped({ mailbox });
    await using __ = system;
    const until = gate();
    address.tell(run(() => until.promise));
    await quiet();
    for (const n of numbers(mailbox.capacity)) address.tell(note(n));
    outcome.open("v");
    await quiet();
    expect(system.ledger(address)).toMatchObject({ queued: mailbox.capacity + 1, inFlight: 1 });
    for (const n of numbers(4)) address.tell(note(`late ${n}`));
    until.open();
    await quiet();
    expect(seen.filter((n) => n === "value v")).toHaveLength(1);
    expect(system.ledger(address).queued).toBe(0);
  });
});

describe("what is piped before the mailbox closes", () => {
  test.each([
    ["open", "drop", "normal"],
    ["open", "drain", "shutdown"],
    ["fail", "drop", "normal"],
    ["fail", "drain", "shutdown"],
  ] as const)("is awaited and handled before the end: %s after a %s", async (settle, how, kind) => {
    const { system, seen, address, outcome } = await piped();
    await using _ = system;
    address.tell(note("queued"));
    if (how === "drop") address.drop();
    else void system.drain(address);
    await quiet();
    expect(await isPending(address.exited)).toBe(true);
    outcome[settle](settle === "open" ? "v" : (new Error("e") as never));
    expect(await address.exited).toEqual({ kind });
    expect(seen).toEqual(["queued", settle === "open" ? "value v" : "error e"]);
    expect(system.ledger()).toMatchObject({ accepted: 3, handled: 3, deadLettered: {} });
  });

  test.each(["stop", "kill"] as const)("is not awaited by a %s", async (how) => {
    const { system, seen, address, outcome } = await piped();
    await using _ = system;
    if (how === "stop") void system.stop(address);
    else void system.kill(address, { restart: false });
    await address.exited;
    outcome.fail(new Error("e"));
    await quiet();
    expect(seen).toEqual([]);
    expect(system.ledger()).toMatchObject({ accepted: 1, handled: 1, deadLettered: {} });
  });

  test("holds a shutdown up no longer than its timeout", async () => {
    const { system, address, outcome } = await piped();
    await using _ = system;
    const over = system.shutdown({ timeoutMs: 100 });
    await quiet();
    expect(await isPending(over)).toBe(true);
    await system.advance(100);
    await over;
    expect(await address.exited).toEqual({ kind: "shutdown" });
    outcome.open("late");
  });

  test("ends the actor at a restart that follows when nobody else can reach it", async () => {
    const { system, seen, address, outcome } = await piped({ backoff: { initialMs: 1000 } });
    await using _ = system;
    address.tell(run(bad));
    address.drop();
    expect(await address.exited).toMatchObject({ kind: "panicked" });
    outcome.open("late");
    await quiet();
    expect(seen).toEqual([]);
  });
});

describe("what is piped after the mailbox has closed", () => {
  test.each([
    ["open", "drop"],
    ["open", "drain"],
    ["fail", "drop"],
    ["fail", "drain"],
  ] as const)("is awaited and handled before the end: %s after a %s", async (settle, how) => {
    const { system, seen, address, context, outcome } = await piped();
    await using _ = system;
    if (how === "drop") address.drop();
    else void system.drain(address);
    const late = gate<string>();
    context.pipeToSelf(late.promise, kept, failed);
    outcome.open("v");
    await quiet();
    expect(await isPending(address.exited)).toBe(true);
    late[settle](settle === "open" ? "late" : (new Error("late") as never));
    await address.exited;
    expect(seen).toEqual(["value v", settle === "open" ? "value late" : "error late"]);
    expect(system.ledger()).toMatchObject({ accepted: 3, handled: 3, deadLettered: {} });
  });

  test("is awaited when the handler of the very last message gives it, and so is what follows from that", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const address = system.spawn(scripted(seen));
    address.tell(
      run(({ pipeToSelf }) => {
        pipeToSelf(Promise.resolve("first"), (value) => {
          pipeToSelf(Promise.resolve("second"), kept);
          return note(value);
        });
      }),
    );
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(seen).toEqual(["first", "value second"]);
  });

  test.each(["drain", "shutdown"] as const)(
    "is given up at the deadline of a %s, with a line in the log",
    async (how) => {
      const { system, seen, address, context, outcome } = await piped();
      await using _ = system;
      outcome.open("v");
      const over = how === "shutdown" ? system.shutdown({ timeoutMs: 100 }) : system.drain(address);
      const never = gate<string>();
      context.pipeToSelf(never.promise, kept);
      await quiet();
      if (how === "shutdown") await system.advance(100);
      else void system.kill(address, { restart: false });
      await over;
      never.open("late");
      await quiet();
      expect(seen).toEqual(["value v"]);
      expect(system.logged.filter(({ fields }) => fields["piped"] === 1)).toHaveLength(1);
    },
  );
});

describe("an ended incarnation", () => {
  test.each([
    ["open", "panic"],
    ["fail", "panic"],
    ["open", "kill"],
    ["fail", "kill"],
  ] as const)("leaves nothing to the next one: %s after a %s", async (settle, how) => {
    for (const withFailed of [true, false]) {
      const { system, seen, address, outcome } = await piped({}, withFailed);
      await using _ = system;
      if (how === "kill") await system.kill(address);
      else address.tell(run(bad));
      await quiet();
      outcome[settle](settle === "open" ? "v" : (new Error("e") as never));
      await quiet();
      expect(seen).toEqual([]);
      expect(await address.ask(generation)).toBe(2);
      address.drop();
      expect(await address.exited).toEqual({ kind: "normal" });
    }
  });

  test("does not take along what the next one awaits", async () => {
    const { system, seen, address, outcome } = await piped();
    await using _ = system;
    address.tell(run(bad));
    const next = gate<string>();
    address.tell(run(({ pipeToSelf }) => pipeToSelf(next.promise, kept)));
    await quiet();
    address.drop();
    outcome.open("old");
    await quiet();
    expect(await isPending(address.exited)).toBe(true);
    next.open("new");
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(seen).toEqual(["value new"]);
  });

  test("may still call it, to no effect", async () => {
    const { system, seen, address, context } = await piped();
    await using _ = system;
    await system.kill(address);
    await quiet();
    context.pipeToSelf(Promise.resolve("late"), kept);
    context.pipeToSelf(Promise.reject(new Error("late")), kept);
    await quiet();
    expect(seen).toEqual([]);
    expect(await address.ask(generation)).toBe(2);
    address.drop();
    expect(await rejection(address.exited.then(bad))).toBeInstanceOf(Error);
  });
});

test("a pipe that is begun in `started` comes before what is queued only in its own time", async () => {
  await using system = new TestSystem();
  const seen: unknown[] = [];
  const definition = scripted(seen, ({ pipeToSelf }) => pipeToSelf(Promise.resolve("started"), note));
  using address = system.spawn(definition);
  address.tell(note("queued"));
  await quiet();
  expect(new Set(seen)).toEqual(new Set(["queued", "started"]));
});
