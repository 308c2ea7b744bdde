/** `xstate`: actors of transition functions. A send is handled before it returns, so this is a floor; it has no ask. */
import { createActor, fromTransition } from "xstate";
import type { Peer, Plan, Population } from "../plan.ts";

export const peer: Peer = { tell, spawn, populate };

/** What is sent, and what the library sends to the logic itself. */
type Event = { readonly type: "add"; readonly value: number } | { readonly type: "xstate.stop" };

function counter({ handle }: Pick<Plan, "handle">) {
  return fromTransition((count: number, event: Event) => {
    if (event.type !== "add") return count;
    handle(event.value);
    return count + 1;
  }, 0);
}

function tell(plan: Plan): void {
  const actor = createActor(counter(plan)).start();
  for (let sent = 0; sent < plan.total; ) {
    for (const end = sent + plan.width; sent < end; sent++) actor.send({ type: "add", value: sent });
    plan.reply(actor.getSnapshot().context);
  }
  actor.stop();
}

function spawn(plan: Plan): void {
  const logic = counter(plan);
  for (let value = 0; value < plan.total; value++) {
    const actor = createActor(logic).start();
    actor.send({ type: "add", value });
    actor.stop();
  }
}

async function populate({ actors, handle, weigh }: Population): Promise<void> {
  const logic = counter({ handle });
  const startOne = () => createActor(logic).start();
  const started = new Array<ReturnType<typeof startOne>>(actors);
  weigh("none");
  for (let index = 0; index < actors; index++) started[index] = startOne();
  weigh("idle");
  for (const actor of started) actor.send({ type: "add", value: 0 });
  weigh("used");
  for (const actor of started) actor.stop();
}
