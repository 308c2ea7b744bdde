/** A logger that keeps what it is given, in the place of pino's. */
import type { ActorSystemOptions } from "@pneumatic/actors";

type Logger = NonNullable<ActorSystemOptions["logger"]>;
type Fields = Readonly<Record<string, unknown>>;

export interface LogEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string | undefined;
  /** The bindings of the logger and those of the entry. */
  readonly fields: Fields;
}

export class RecordingLog {
  readonly entries: LogEntry[];
  readonly #bindings: Fields;

  constructor(entries: LogEntry[] = [], bindings: Fields = {}) {
    this.entries = entries;
    this.#bindings = bindings;
  }

  /** It has what the runtime uses of a logger. */
  get logger(): Logger {
    return this as unknown as Logger;
  }

  child(bindings: Fields): RecordingLog {
    return new RecordingLog(this.entries, { ...this.#bindings, ...bindings });
  }

  debug(...given: unknown[]): void {
    this.#add("debug", given);
  }

  info(...given: unknown[]): void {
    this.#add("info", given);
  }

  warn(...given: unknown[]): void {
    this.#add("warn", given);
  }

  error(...given: unknown[]): void {
    this.#add("error", given);
  }

  #add(level: LogEntry["level"], given: unknown[]): void {
    const fields = typeof given[0] === "object" ? (given[0] as Fields) : {};
    const message = given.find((part) => typeof part === "string") as string | undefined;
    this.entries.push({ level, message, fields: { ...this.#bindings, ...fields } });
  }
}
