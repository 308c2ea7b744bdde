/** An actor whose messages say what it does, so that a test reads in the order in which things happen. */
import type { Context, Definition } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";

export interface Scripted {
  /** Does `task`, and replies what it returns. */
  run(payload: { readonly task: Task }): unknown;
  /** Is seen, and replied. */
  note(payload: { readonly n: unknown; readonly load?: unknown }): unknown;
}

export type ScriptContext = Context<unknown, Scripted>;
export type Task = (context: ScriptContext) => unknown;

/** `seen` gets what is noted; `started` runs at every start. */
export function scripted(seen: unknown[] = [], started?: Task): Definition<Scripted, object | undefined> {
  return implement<Scripted>()({
    name: "scripted",
    state: (args: object | undefined) => args,
    started: (context) => started?.(context),
    on: {
      run: (context, { task }) => task(context),
      note: (_, { n }) => {
        seen.push(n);
        return n;
      },
    },
  });
}

export const run = (task: Task) => ({ type: "run", task }) as const;
export const note = (n: unknown) => ({ type: "note", n }) as const;

/** A task that throws. */
export function bad(): never {
  throw new Error("bad");
}
