/**
 * Text of strangers, made fit for a terminal. Control characters could do anything to one, and characters that have no width or
 * turn the direction could make one text look like another.
 */
import { MAX_PRINTED } from "./limits.ts";

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** Those that JSON may have in its strings. The others are escaped already, or lay the document out. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line, not too long, with an escape for each character that is not safe to show. */
export function printable(text: string): string {
  const [shown, more] = text.length > MAX_PRINTED ? [text.slice(0, MAX_PRINTED), "…"] : [text, ""];
  return shown.replace(UNSAFE, escaped) + more;
}

/** JSON that is safe to show, and means the same. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(UNSAFE_IN_JSON, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, n) => character.charCodeAt(n));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
