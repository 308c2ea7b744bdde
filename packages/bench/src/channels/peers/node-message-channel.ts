/** `MessageChannel` within one thread. It has no bound of its own, so the sender counts: `capacity` messages are under way. */
import { MessageChannel } from "node:worker_threads";
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { flow };

function flow(plan: Plan): Promise<void> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    let sent = 0;
    let received = 0;
    function send(): void {
      while (sent < plan.each && sent - received < plan.capacity) port1.postMessage(sent++);
    }
    port2.on("message", (value: number) => {
      try {
        plan.receive(value);
      } catch (error) {
        reject(error);
      }
      if (++received === plan.each) {
        port1.close();
        resolve();
      } else if (sent === received) send();
    });
    send();
  });
}
