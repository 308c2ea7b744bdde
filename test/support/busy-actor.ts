/** An actor in the middle of a handler, in whose name a test waits for others. */
import type { Address, MailboxSpec } from "@pneumatic/actors";
import type { Gate } from "./gate.ts";
import { gate } from "./gate.ts";
import { inTurnOf } from "./own-turn.ts";
import type { ScriptContext, Scripted } from "./scripted.ts";
import { note, run, scripted } from "./scripted.ts";
import { kindOf } from "./sequence.ts";
import type { TestSystem } from "./test-system.ts";
import { quiet } from "./test-system.ts";

export class BusyActor {
  readonly address: Address<Scripted>;
  /** What it has noted. */
  readonly seen: unknown[] = [];
  /** What came of its waits, in the order they ended. */
  readonly outcome: unknown[] = [];
  context!: ScriptContext;
  readonly #done: Gate = gate();
  #waits = 0;

  constructor(system: TestSystem, name: string, mailbox: MailboxSpec) {
    this.address = system.spawn(scripted(this.seen), { name, mailbox });
  }

  /** Begins its handler, which ends when the last of its waits does. */
  async begin(): Promise<void> {
    await this.address.started;
    this.address.tell(
      run((context) => {
        this.context = context;
        return this.#done.promise;
      }),
    );
    await quiet();
  }

  /** Its handler asks `other`, or sends to it, for as long as it takes. */
  async waitFor(other: BusyActor, way: "ask" | "send" = "ask"): Promise<void> {
    const address = this.context.own(other.address.clone());
    this.#waits++;
    const waits = inTurnOf(this.address, () =>
      way === "ask"
        ? address.ask(note("asked"), { timeout: Number.POSITIVE_INFINITY })
        : address.send(note("sent")).then(kindOf),
    );
    this.outcome.push(await waits.catch((error: unknown) => error));
    if (--this.#waits === 0) this.#done.open();
  }
}

/** Actors of these names, each in its handler. */
export async function busyActors(
  system: TestSystem,
  names: readonly string[],
  mailbox: MailboxSpec,
): Promise<BusyActor[]> {
  const actors = names.map((name) => new BusyActor(system, name, mailbox));
  for (const actor of actors) await actor.begin();
  return actors;
}
