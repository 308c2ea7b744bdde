/** The error of a ring whose bytes cannot be read. */
import { brand } from "../../brand.ts";

/** A broken invariant: bytes between two threads that no encoder wrote. What follows them cannot be read either. */
export class CorruptRecordError extends Error {
  static {
    brand(CorruptRecordError, "CorruptRecordError");
  }
  readonly kind = "corruptRecord" as const;
  readonly code = "ERR_CHANNEL_CORRUPT_RECORD" as const;
  /** The position in the memory, in bytes. */
  readonly at: number;
  constructor(at: number, what: string, options?: ErrorOptions) {
    super(`Cannot read the record of another thread: ${what} at byte ${at}`, options);
    this.at = at;
  }
}
