/** What happens in a chat, and how a client reads it: one line of text for each event. */

/** Something that is shown to a client. */
export type ChatEvent =
  | { readonly kind: "said"; readonly nick: string; readonly text: string }
  | { readonly kind: "whispered"; readonly nick: string; readonly text: string }
  | { readonly kind: "joined"; readonly nick: string; readonly room: string }
  | { readonly kind: "left"; readonly nick: string; readonly room: string }
  /** From the server to this client alone. */
  | { readonly kind: "notice"; readonly text: string };

/** The line for an event. No name begins with a sign, so that none can be mistaken for another. */
export function render(event: ChatEvent): string {
  switch (event.kind) {
    case "said":
      return `<${event.nick}> ${event.text}`;
    case "whispered":
      return `-${event.nick}- ${event.text}`;
    case "joined":
      return `* ${event.nick} has joined ${event.room}`;
    case "left":
      return `* ${event.nick} has left ${event.room}`;
    case "notice":
      return `! ${event.text}`;
  }
}
