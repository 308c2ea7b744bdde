/**
 * A client at the other end of a network, whatever the network is: lines come in, lines go out. This is all that the rest of
 * the program knows of sockets.
 *
 * Both directions have back-pressure: what nobody receives is not read from the socket, and `write` says when there is room.
 */
import type { Duplex } from "node:stream";
import type { Receiver, SyncSender } from "@pneumatic/core";
import { syncChannel } from "@pneumatic/core";
import { LINGER_MS } from "./limits.ts";

export interface Connection {
  /** What the client sends, until it has ended or is gone; an empty line for what is none. Closed, it reads no more. */
  readonly lines: Receiver<string>;
  /** Sends a line. Settles when there is room for another: at once as a rule, with false when the client is gone. */
  write(line: string): boolean | Promise<boolean>;
  /** Reads no more, sends what was written, and ends. A client that keeps it open is cut off after a while. */
  close(): Promise<void>;
  /** Ends it at once. What the client has not read is lost. */
  destroy(): void;
}

/** How lines travel in a stream. */
export interface Framing {
  /** The lines that are complete with this chunk. */
  decode(chunk: unknown): readonly string[];
  encode(line: string): string;
}

/** A connection over a stream. */
export function connectionOver(stream: Duplex, framing: Framing): Connection {
  const [heard, lines] = syncChannel<string>(1);
  const closed = new Promise<void>((resolve) => stream.once("close", resolve));
  stream.on("error", () => {}); // `close` follows, which says what matters: the client is gone
  void read(stream, framing, heard);
  return {
    lines,
    write: (line) => {
      if (!stream.writable) return false;
      return stream.write(framing.encode(line)) || room(stream);
    },
    close: async () => {
      lines.close();
      stream.end();
      const linger = setTimeout(() => stream.destroy(), LINGER_MS);
      await closed;
      clearTimeout(linger);
    },
    destroy: () => {
      stream.destroy();
    },
  };
}

/** What is handed on for a piece of a line, or for garbage, so that it is read no faster than lines are. */
const NO_LINE = [""];

/** Hands on what comes in, as fast as it is received. When nobody receives any more the rest is thrown away. */
async function read(stream: Duplex, framing: Framing, heard: SyncSender<string>): Promise<void> {
  using sender = heard;
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const decoded = framing.decode(chunk);
      for (const line of decoded.length > 0 ? decoded : NO_LINE) {
        if (!(await sender.send(line)).ok) return;
      }
    }
  } catch {
    // The client is gone without saying so.
  } finally {
    stream.resume();
  }
}

/** Waits for room in a stream; false when it has closed instead. */
function room(stream: Duplex): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off("drain", settle).off("close", settle);
      resolve(stream.writable);
    };
    stream.on("drain", settle).on("close", settle);
  });
}
