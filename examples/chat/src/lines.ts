/** Lines out of whatever a client sends: never empty, never with a control character, never much longer than allowed. */
import { MAX_LINE } from "./limits.ts";

/**
 * Control characters could do anything to the terminals of others. Characters that end a line, turn the direction of the text or
 * cannot be seen could make a line look like somebody else's. Only the two that join letters and emoji have a place in a chat.
 */
const UNWANTED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Many of them in a row are one: empty lines are nothing. */
const LINE_ENDS = /[\r\n]+/;

/**
 * Cuts a stream of text into lines. Of a line that is too long one character too many is kept, so that it can be told; the
 * rest is dropped as it comes, and a client that never ends a line fills no memory.
 */
export class LineSplitter {
  #rest = "";

  /** The lines that end in this piece of the stream. */
  split(piece: string): string[] {
    const [first = "", ...others] = piece.split(LINE_ENDS);
    const lines = [this.#rest + first, ...others].map(clean);
    this.#rest = lines.pop() ?? "";
    return lines.filter(isSomething);
  }
}

/** The lines of a message that is complete. */
export function linesOf(message: string): string[] {
  return message.split(LINE_ENDS).map(clean).filter(isSomething);
}

function clean(line: string): string {
  return line.replace(UNWANTED, "").slice(0, MAX_LINE + 1);
}

function isSomething(line: string): boolean {
  return line.trim() !== "";
}
