/** Writes the values in a trace: one short line each, the same on every version of Node. */
import { targetOf } from "../address/target.ts";

const LONGEST = 60;
const MOST_ENTRIES = 6;
const DEEPEST = 2;

/** Returns `value` on one line. */
export function display(value: unknown): string {
  const text = write(value, 0);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** Returns a message on one line: its type, and its payload if it has one. */
export function displayMessage({ type, ...payload }: { readonly type: string }): string {
  return Object.keys(payload).length === 0 ? type : `${type} ${display(payload)}`;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return `function ${value.name}`.trimEnd();
    case "object":
      return value === null ? "null" : writeObject(value, depth);
    default:
      return String(value);
  }
}

function writeObject(value: object, depth: number): string {
  try {
    const target = targetOf(value);
    if (target !== undefined) return `<${target.path}>`;
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (Array.isArray(value))
      return depth === DEEPEST ? "[…]" : list("[", value, (item) => write(item, depth + 1), "]");
    const name = Object.getPrototypeOf(value)?.constructor?.name ?? "Object";
    const prefix = name === "Object" ? "" : `${name} `;
    if (depth === DEEPEST) return `${prefix}{…}`;
    const pair = ([key, item]: [string, unknown]): string => `${key}: ${write(item, depth + 1)}`;
    return list(`${prefix}{ `, Object.entries(value), pair, " }").replace("{  }", "{}");
  } catch {
    return "…"; // a getter or a proxy has thrown
  }
}

function list<T>(open: string, items: readonly T[], text: (item: T) => string, close: string): string {
  const shown = items.slice(0, MOST_ENTRIES).map(text);
  if (items.length > MOST_ENTRIES) shown.push("…");
  return `${open}${shown.join(", ")}${close}`;
}
