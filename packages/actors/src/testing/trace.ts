/**
 * What happened in one run, step by step, for people to read: time, actor, message, and what came of it. The same run gives
 * the same text on every machine: nothing in it depends on how long something took, or where.
 */
import type { Step } from "../dispatcher/clock.ts";
import { displayMessage } from "./display.ts";
import type { OwnStep } from "./simulation.ts";

/** Of a longer run, the beginning is forgotten. */
const ENTRIES_KEPT = 10_000;

interface Entry {
  readonly at: number;
  /** Whether something else had come first. */
  readonly isSwitch: boolean;
  actor: string;
  what: string;
  readonly effects: string[];
}

export class Trace {
  readonly #now: () => number;
  readonly #isKept: boolean;
  #entries: Entry[] = [];
  #current: Entry | undefined = undefined;

  /** `now` is the time; what is not kept costs nothing. */
  constructor(now: () => number, isKept: boolean) {
    this.#now = now;
    this.#isKept = isKept;
  }

  begin(step: Step | OwnStep, isSwitch: boolean): void {
    if (!this.#isKept) return;
    const { kind, path, type } = step;
    const actor = kind === "turn" ? path : "";
    const what = {
      turn: "",
      reply: `reply of ${path} to ${type}`,
      room: `room at ${path} for ${type}`,
      timer: "timer",
      probe: `${path} has what was expected`,
    };
    this.#add(actor, what[kind], isSwitch);
  }

  /** The present step gives `message` to the handler of `actor`. */
  handles(actor: string, message: { readonly type: string }): void {
    if (!this.#isKept) return;
    const text = displayMessage(message);
    const entry = this.#current;
    if (entry !== undefined && entry.actor === actor && entry.what === "") entry.what = text;
    else this.effect(() => `${actor} handles ${text}`);
  }

  /** Something that comes of the present step. */
  effect(text: () => string): void {
    if (!this.#isKept) return;
    if (this.#current === undefined) this.#add("", "the scenario begins", false);
    this.#current?.effects.push(text());
  }

  #add(actor: string, what: string, isSwitch: boolean): void {
    this.#current = { at: this.#now(), isSwitch, actor, what, effects: [] };
    this.#entries.push(this.#current);
    if (this.#entries.length > 2 * ENTRIES_KEPT) this.#entries = this.#entries.slice(-ENTRIES_KEPT);
  }

  toString(): string {
    const entries = this.#entries.slice(-ENTRIES_KEPT);
    const head = ["time", "actor", "message", "effect"] as const;
    const rows = entries.flatMap((entry) => rowsOf(entry));
    const widths = [0, 1, 2].map((column) => Math.max(...[head, ...rows].map((row) => (row[column] as string).length)));
    return [head, ...rows].map((row, at) => line(row, widths, at > 0 && row[4] === "*")).join("\n");
  }
}

type Row = readonly [time: string, actor: string, message: string, effect: string, mark?: string];

/** One row, and one more for each further effect. */
function rowsOf({ at, isSwitch, actor, what, effects }: Entry): Row[] {
  const [first = "", ...others] = effects;
  const row: Row = [`${at} ms`, actor, what, first, isSwitch ? "*" : ""];
  return [row, ...others.map((effect): Row => ["", "", "", effect])];
}

function line(row: Row, widths: number[], isSwitch: boolean): string {
  const [time, actor, message, effect] = row;
  const columns = [time.padStart(widths[0] as number), actor.padEnd(widths[1] as number)];
  return `${isSwitch ? "*" : " "} ${columns.join("  ")}  ${message.padEnd(widths[2] as number)}  ${effect}`.trimEnd();
}
