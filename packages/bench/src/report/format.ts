/** Figures as a reader wants them: three digits that count, and a unit. */
import type { Group } from "./load.ts";
import type { Measure } from "./standing.ts";
import { OPERATIONS } from "./standing.ts";

/** With three significant digits, but no fewer than the integer has. */
export function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** Two digits that count: ratios of two runs hold no better. */
export function ratio(value: number): string {
  return `${factor(value)}×`;
}

/** The two ends of what the rounds came to. */
export function span(worst: number, best: number): string {
  return `${factor(worst)} to ${factor(best)}`;
}

function factor(value: number): string {
  return String(Number(value >= 10 ? value.toFixed(value >= 100 ? 0 : 1) : value.toPrecision(2)));
}

/** A value of a measure, with its unit. */
export function amount(value: number, measure: Measure): string {
  if (measure !== OPERATIONS) return digits(value);
  if (value >= 1e5) return `${digits(value / 1e6)} M/s`;
  return value >= 1e3 ? `${digits(value / 1e3)} k/s` : `${digits(value)} /s`;
}

/** The name of a suite at the beginning of a heading. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a group is called on the page. */
export function headingOf({ suite, line }: Group): string {
  return `${capitalized(suite)}, Node ${line}`;
}
