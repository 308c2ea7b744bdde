/**
 * A system keeps the process alive while an actor of it lives. This file does so, and reports the reason on request
 * (PNEUMATIC_TRACE_LEAKS=1, and a signal): the living actors, and the places where the addresses that keep them were
 * made.
 */
import { addKeepAlive, indented, isTracing } from "@pneumatic/core/internal/threads";
import { originsOf } from "../address/address-origins.ts";
import { OWNER } from "../address/target.ts";
import { strongAddresses } from "../address/walk.ts";
import type { Cell } from "../cell/cell.ts";
import { refEventLoop } from "../clock.ts";
import type { DeadLetter } from "../mailbox/dead-letter.ts";
import { messageOf } from "../reply/ask.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import { typeOf } from "../wording.ts";
import { withDescendants } from "./actor-tree.ts";

/** The part of a system that the report reads. */
interface ReportedSystem {
  readonly roots: readonly Cell[];
  readonly living: number;
  readonly deadLetters: { list(): DeadLetter[] };
}

const MOST_ACTORS = 30;
const MOST_ORIGINS = 10;
const REMEDIES =
  "Drop each of these, as `using` does; give it to an owner, ctx.own() or system.own(); or end with system.shutdown().";

/** Keeps the process alive until the function it returns is called. */
export function keepAlive(name: string, system: ReportedSystem): () => void {
  const unref = refEventLoop();
  if (!isTracing) return unref;
  const forget = addKeepAlive(() => keepAliveReport(name, system));
  return () => {
    forget();
    unref();
  };
}

function keepAliveReport(name: string, { roots, living, deadLetters }: ReportedSystem): string {
  const letters = new Set<object>(deadLetters.list().flatMap(({ message }) => strongAddresses(message)));
  const reports = withDescendants(roots).flatMap((cell) => describeActor(cell, letters) ?? []);
  const shown = reports.slice(0, MOST_ACTORS);
  if (reports.length > MOST_ACTORS) shown.push(`and ${reports.length - MOST_ACTORS} more`);
  const others = living - reports.length;
  if (others > 0) shown.push(`${counted(others, "actor")} kept by a supervisor or a thread alone`);
  return [
    `System "${name}": ${counted(living, "actor")} alive. ${REMEDIES}`,
    ...shown.map((each) => indented(each)),
  ].join("\n");
}

/** Describes `cell`; undefined if it does nothing and only its supervisor has an address of it. */
function describeActor(cell: Cell, letters: ReadonlySet<object>): string | undefined {
  const { inFlight: item, path, mailbox } = cell;
  const { queued } = mailbox;
  const origins = originsOf(cell);
  if (origins.length === 0 && item === undefined && queued === 0) return undefined;
  const type = item === undefined ? undefined : typeOf(messageOf(item));
  const work = type === undefined ? "" : `, and its handler of "${type}" has not settled`;
  const rest = queued === 0 ? "" : `, ${counted(queued, "message")} queued`;
  const counts = new Map<string, number>();
  for (const { address, origin } of origins) {
    const line = `${ownerOf(address, letters)}made ${origin.replaceAll("\n", "\n    ") || "by the runtime, or held in another thread"}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const lines = [...counts].map(([line, n]) => `  - ${n > 1 ? `${n} times ` : ""}${line}`);
  if (lines.length > MOST_ORIGINS)
    lines.splice(MOST_ORIGINS, lines.length, `  - and ${lines.length - MOST_ORIGINS} more`);
  return [`Actor "${path}": ${counted(origins.length, "address", "addresses")}${work}${rest}`, ...lines].join("\n");
}

/** Names the owner of `address`, if it is known. */
function ownerOf(address: object, letters: ReadonlySet<object>): string {
  if (letters.has(address)) return "in a dead letter, ";
  const owner = OWNER in address ? (address[OWNER] as Waiter | undefined) : undefined;
  return owner === undefined ? "" : `held by actor "${owner.path}", `;
}

function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
