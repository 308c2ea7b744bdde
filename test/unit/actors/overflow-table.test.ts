/** The table of what a full mailbox does, cell by cell: for the sender, the message, the one given up and the ledger. */
import type { Address, Overflow } from "@pneumatic/actors";
import { bounded, implement, MailboxFullError } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { quiet, TestSystem, unaccounted } from "../../support/test-system.ts";

type Way = "tell" | "trySend" | "send" | "ask";
/** What the sender is told; a tell is never told anything. `waits`: nothing yet. */
type Told = "nothing" | "ok" | "full" | "reply" | "waits" | "MailboxFullError";
/** The dead letter there is, and of what: the message itself (`late`) or the one that was queued first. */
type Letter = "none" | "full: late" | "overflow: late" | "overflow: first";
type Cell = readonly [told: Told, letter: Letter];

const TABLE: Readonly<Record<Overflow, Readonly<Record<Way, Cell>>>> = {
  wait: {
    tell: ["nothing", "full: late"],
    trySend: ["full", "none"],
    send: ["waits", "none"],
    ask: ["waits", "none"],
  },
  reject: {
    tell: ["nothing", "full: late"],
    trySend: ["full", "none"],
    send: ["full", "none"],
    ask: ["MailboxFullError", "none"],
  },
  dropOldest: {
    tell: ["nothing", "overflow: first"],
    trySend: ["ok", "overflow: first"],
    send: ["ok", "overflow: first"],
    ask: ["reply", "overflow: first"],
  },
  dropNewest: {
    tell: ["nothing", "overflow: late"],
    trySend: ["ok", "overflow: late"],
    send: ["ok", "overflow: late"],
    ask: ["MailboxFullError", "overflow: late"],
  },
};

interface Sink {
  hold(): void;
  put(payload: { n: string }): string;
}

const put = (n: string) => ({ type: "put", n }) as const;
const LATE = put("late");
const FIRST = put("0");

/** An actor that is busy until `open`, with a full mailbox; what it holds came by asks or by tells. */
async function fullSink(overflow: Overflow, capacity: number, filledBy: "tell" | "ask") {
  const system = new TestSystem();
  const open = gate();
  const seen: string[] = [];
  const definition = implement<Sink>()({
    on: {
      hold: () => open.promise,
      put: (_, { n }) => {
        seen.push(n);
        return `reply ${n}`;
      },
    },
  });
  const address = system.spawn(definition, { name: "sink", mailbox: bounded(capacity, { overflow }) });
  await address.started;
  address.tell({ type: "hold" });
  await quiet();
  const asked = numbers(capacity).map((n) => {
    if (filledBy === "ask") return outcome("ask", address.ask(put(`${n}`)));
    address.tell(put(`${n}`));
    return Promise.resolve("nothing");
  });
  expect(system.ledger(address)).toMatchObject({ accepted: capacity + 1, queued: capacity, inFlight: 1 });
  const handled = async (): Promise<string[]> => {
    open.open();
    await quiet();
    return seen;
  };
  return { system, address, asked, handled };
}

/** What the sender is told in the end. */
async function outcome(by: Way, sent: unknown): Promise<Told | string> {
  if (by === "tell") return sent === undefined ? "nothing" : "something";
  if (by !== "ask") {
    const result = (await sent) as
      | { ok: true; value: undefined }
      | { ok: false; error: { kind: string; value: unknown } };
    if (!result.ok) expect(result.error.value).toBe(LATE);
    return kindOf(result);
  }
  try {
    return `${await (sent as Promise<string>)}`.split(" ")[0] as string;
  } catch (error) {
    if (error instanceof MailboxFullError)
      expect(error.message).toMatch(/^Cannot send to actor "\/sink": mailbox is full/);
    return (error as Error).name;
  }
}

function send(address: Address<Sink>, by: Way): unknown {
  const sent: unknown = by === "ask" ? address.ask(LATE) : address[by](LATE);
  if (by === "trySend") expect(sent).not.toBeInstanceOf(Promise);
  return sent;
}

const rows = Object.entries(TABLE) as [Overflow, Record<Way, Cell>][];
const cells = rows.flatMap(([overflow, row]) =>
  (Object.entries(row) as [Way, Cell][]).flatMap(([by, [told, letter]]) =>
    (overflow.startsWith("drop") ? [1, 3] : [0, 1, 3]).flatMap((capacity) =>
      (capacity === 0 ? (["tell"] as const) : (["tell", "ask"] as const)).map(
        (filledBy) => ({ overflow, by, told, letter, capacity, filledBy }) as const,
      ),
    ),
  ),
);

describe.each(cells)("$overflow at $capacity, full of messages sent by $filledBy: $by", (cell) => {
  const { overflow, by, told, letter, capacity, filledBy } = cell;
  const isFirst = letter.endsWith("first");
  const full = () => fullSink(overflow, capacity, filledBy);

  test(`tells the sender ${told}, and leaves dead letters ${letter}`, async () => {
    const it = await full();
    await using system = it.system;
    const sent = send(it.address, by);
    const letters = system.deadLetters();
    const ledger = system.ledger(it.address);
    if (told === "waits") expect(await isPending(sent as Promise<unknown>)).toBe(true);

    const [reason = ""] = letter.split(":");
    const message = isFirst ? FIRST : LATE;
    expect(letters).toMatchObject(letter === "none" ? [] : [{ message, reason, to: "/sink" }]);
    if (!isFirst && letters.length > 0) expect(letters[0]?.message).toBe(LATE);

    const isAccepted = letter !== "none";
    expect(ledger).toEqual({
      accepted: capacity + 1 + (isAccepted ? 1 : 0),
      queued: capacity,
      stashed: 0,
      inFlight: 1,
      handled: 0,
      panicked: 0,
      expired: 0,
      deadLettered: isAccepted ? { [reason]: 1 } : {},
    });
    expect(unaccounted(ledger)).toBe(0);

    const isHandled = told === "waits" || isFirst;
    const kept = numbers(capacity).slice(isFirst ? 1 : 0);
    expect(await it.handled()).toEqual([...kept.map(String), ...(isHandled ? ["late"] : [])]);
    const inTheEnd = told === "waits" ? (by === "ask" ? "reply" : "ok") : told;
    expect(await outcome(by, sent)).toBe(inTheEnd);
    const replies = numbers(capacity).map((n) => (isFirst && n === 0 ? "MailboxFullError" : "reply"));
    expect(await Promise.all(it.asked)).toEqual(filledBy === "ask" ? replies : replies.map(() => "nothing"));
  });

  test("costs one slot each time", async () => {
    const it = await full();
    await using system = it.system;
    const sent = numbers(capacity + 2).map(() => outcome(by, send(it.address, by)));
    expect(system.ledger(it.address)).toMatchObject({ queued: capacity, inFlight: 1 });
    expect(unaccounted(system.ledger(it.address))).toBe(0);
    await it.handled();
    await Promise.all(sent);
    expect(system.ledger(it.address)).toMatchObject({ queued: 0, inFlight: 0 });
  });

  test.each(["stop", "drain", "kill"] as const)("does not keep %s from ending the actor", async (end) => {
    const it = await full();
    await using system = it.system;
    const sent = outcome(by, send(it.address, by));
    const isKill = end === "kill";
    const ended = isKill ? system.kill(it.address, { restart: false }) : system[end](it.address);
    if (isKill) await quiet();
    else await it.handled();
    expect((await ended).kind).toBe(isKill ? "killed" : "shutdown");
    await sent;
    const ledger = system.ledger(it.address);
    expect(ledger).toMatchObject({ queued: 0, inFlight: 0 });
    expect(ledger.deadLettered.killed).toBe(isKill ? 1 : undefined);
    expect(unaccounted(ledger)).toBe(0);
    const left = end === "drain" ? undefined : capacity || undefined;
    expect(ledger.deadLettered.stopped).toBe(left);
  });
});
