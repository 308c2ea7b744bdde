/** What a line asks for. Whatever a client sends is a command or a sentence that says what is wrong with it. */
import type { Result } from "@pneumatic/core";
import { err, ok } from "@pneumatic/core";
import { MAX_LINE } from "./limits.ts";
import { isName, NOT_A_NAME } from "./names.ts";

export type Command =
  | { readonly kind: "nick"; readonly nick: string }
  | { readonly kind: "join"; readonly room: string }
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "whisper"; readonly nick: string; readonly text: string }
  | { readonly kind: "who" }
  | { readonly kind: "leave" }
  | { readonly kind: "quit" }
  | { readonly kind: "help" };

export const HELP =
  "/nick NAME  /join ROOM  /msg NAME TEXT  /who  /leave  /quit  and anything else is said in the room";

/** Reads a line as a command. */
export function parse(line: string): Result<Command, string> {
  if (line.length > MAX_LINE) return err(`A line has at most ${MAX_LINE} characters`);
  const text = line.trim();
  if (!text.startsWith("/")) return ok({ kind: "say", text });
  const [command, first = "", rest = ""] = words(text);
  switch (command) {
    case "/nick":
      return isName(first) ? ok({ kind: "nick", nick: first }) : err(NOT_A_NAME);
    case "/join":
      return isName(first) ? ok({ kind: "join", room: first.toLowerCase() }) : err(NOT_A_NAME);
    case "/msg":
      return isName(first) && rest !== "" ? ok({ kind: "whisper", nick: first, text: rest }) : err("/msg NAME TEXT");
    case "/who":
      return ok({ kind: "who" });
    case "/leave":
      return ok({ kind: "leave" });
    case "/quit":
      return ok({ kind: "quit" });
    case "/help":
      return ok({ kind: "help" });
    default:
      return err(`There is no such command; there are ${HELP}`);
  }
}

/** The first two words, and what follows them. */
function words(text: string): string[] {
  return /^(\S+)\s*(\S*)\s*(.*)$/.exec(text)?.slice(1) ?? [];
}
