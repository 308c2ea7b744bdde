/** Lines out of whatever a client sends: never empty, never with a control character, never much longer than allowed. */

/** Characters that a line may have. */
export const MAX_LINE = 1000;

/**
 * Cuts a stream of text into lines. Of a line that is too long one character too many is kept, so that it can be told; the
 * rest is dropped as it comes, and a client that never ends a line fills no memory.
 */
export class LineSplitter {
  #rest = "";

  /** The lines that end in this piece of the stream. */
  split(piece: string): string[] {
    const [first = "", ...others] = piece.split("\n");
    const lines = [this.#rest + first, ...others].map(clean);
    this.#rest = lines.pop() ?? "";
    return lines.filter(isSomething);
  }
}

/** The lines of a message that is complete. */
export function linesOf(message: string): string[] {
  return message.split("\n").map(clean).filter(isSomething);
}

/** Control characters could do anything to the terminals of others. */
function clean(line: string): string {
  return line.replace(/\p{Cc}/gu, "").slice(0, MAX_LINE + 1);
}

function isSomething(line: string): boolean {
  return line.trim() !== "";
}
