/**
 * The trace of one run, step by step, for people to read: time, actor, message and effect. The same run gives the same
 * text on every machine: nothing in it depends on durations or on the machine.
 */

import type { AnyStep } from "./agenda.ts";
import { displayMessage } from "./display.ts";

/** The most entries that are kept; the beginning of a longer run is forgotten. */
const ENTRIES_KEPT = 10_000;

/** Stands for the scenario in the column of actors. */
const SCENARIO = "scenario";

interface Entry {
  readonly at: number;
  /** True if another step had come first. */
  readonly isSwitch: boolean;
  /** The actor that does it, or the scenario; empty if it is not known. */
  readonly actor: string;
  /** Empty if an actor has had a turn without a message. */
  what: string;
  readonly effects: string[];
}

export class Trace {
  readonly #now: () => number;
  #isKept: boolean;
  #entries: Entry[] = [];
  #current: Entry | undefined = undefined;

  /** `now` returns the time. A trace that is not kept costs nothing. */
  constructor(now: () => number, isKept: boolean) {
    this.#now = now;
    this.#isKept = isKept;
  }

  begin(step: AnyStep, isSwitch: boolean): void {
    if (!this.#isKept) return;
    const { kind, path, type, waiter = "" } = step;
    const what = {
      turn: "",
      reply: `reply of ${path} to ${type}`,
      room: `room at ${path} for ${type}`,
      timer: "timer",
      probe: `${path} has what was expected`,
    };
    this.#add(kind === "turn" ? path : waiter, what[kind], isSwitch);
  }

  /** Notes that the present step gives `message` to the handler of `actor`. */
  handles(actor: string, message: { readonly type: string }): void {
    if (!this.#isKept) return;
    const text = displayMessage(message);
    const entry = this.#current;
    if (entry !== undefined && entry.actor === actor && entry.what === "") entry.what = text;
    else this.effect(() => `handles ${text}`, actor);
  }

  /** Adds an effect of the present step, done by `actor`; by the actor of the step, if that is left out. */
  effect(text: () => string, actor?: string): void {
    if (!this.#isKept) return;
    this.#current ??= this.#add(SCENARIO, "begins", false);
    const isOther = actor !== undefined && actor !== this.#current.actor;
    this.#current.effects.push(isOther ? `${actor} ${text()}` : text());
  }

  /** Notes that the scenario has failed, and ends the trace. */
  fails(text: () => string): void {
    if (!this.#isKept) return;
    this.#add(SCENARIO, "fails", false).effects.push(text().split("\n", 1)[0] as string);
    this.#isKept = false;
  }

  #add(actor: string, what: string, isSwitch: boolean): Entry {
    const entry = { at: this.#now(), isSwitch, actor, what, effects: [] };
    this.#current = entry;
    this.#entries.push(entry);
    if (this.#entries.length > 2 * ENTRIES_KEPT) this.#entries = this.#entries.slice(-ENTRIES_KEPT);
    return entry;
  }

  toString(): string {
    const entries = this.#entries.slice(-ENTRIES_KEPT);
    const head: Row = { time: "time", actor: "actor", message: "message", effect: "effect", isSwitch: false };
    const rows = [head, ...entries.flatMap((entry) => rowsOf(entry))];
    const width = (column: "time" | "actor" | "message"): number => Math.max(...rows.map((row) => row[column].length));
    const widths = { time: width("time"), actor: width("actor"), message: width("message") };
    return rows.map((row) => line(row, widths)).join("\n");
  }
}

interface Row {
  readonly time: string;
  readonly actor: string;
  readonly message: string;
  readonly effect: string;
  readonly isSwitch: boolean;
}

/** Returns one row, and one more for each further effect; none for a turn without an effect. */
function rowsOf({ at, isSwitch, actor, what, effects }: Entry): Row[] {
  if (what === "" && effects.length === 0 && !isSwitch) return [];
  const [first = what === "" ? "has nothing to do" : "", ...others] = effects;
  const further = others.map((effect): Row => ({ time: "", actor: "", message: "", effect, isSwitch: false }));
  return [{ time: `${at} ms`, actor, message: what, effect: first, isSwitch }, ...further];
}

function line(row: Row, widths: { time: number; actor: number; message: number }): string {
  const { time, actor, message, effect, isSwitch } = row;
  const columns = [time.padStart(widths.time), actor.padEnd(widths.actor), message.padEnd(widths.message), effect];
  return `${isSwitch ? "*" : " "} ${columns.join("  ")}`.trimEnd();
}
