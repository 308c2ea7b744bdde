/** Names of people and rooms: what they may be, and which of them are too much alike. */
import { MAX_NAME } from "./limits.ts";

const NAME = new RegExp(`^[a-z0-9][\\w-]{0,${MAX_NAME - 1}}$`, "i");

export const NOT_A_NAME = `A name is 1 to ${MAX_NAME} letters, digits, _ or -, and begins with a letter or a digit`;

export function isName(text: string): boolean {
  return NAME.test(text);
}

/** The same for names that people could take for each other, as `Bill0` and `bi1lO`. */
export function likeness(name: string): string {
  return name.toLowerCase().replace(/[1i]/g, "l").replace(/0/g, "o").replace(/-/g, "_");
}
