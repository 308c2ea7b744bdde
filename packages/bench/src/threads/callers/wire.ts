/** Questions through a wire, whose answers are told apart by their number. */
import type { MediumName } from "../catalogue.ts";
import { loadMedium } from "../catalogue.ts";
import { Peer } from "../exchange.ts";
import type { Small } from "../messages.ts";
import type { OpenCaller } from "./caller.ts";

export function wireCaller(medium: MediumName): OpenCaller {
  return async () => {
    const { wire, ports } = (await loadMedium(medium)).open(1);
    await new Peer({ medium, kind: "object", sender: 0, port: ports[0]! }).does({ op: "echo" });
    const waiting = new Map<number, (answer: Small) => void>();
    wire.listen((message) => {
      const answer = message as Small;
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    });
    return (question) =>
      new Promise((resolve) => {
        waiting.set(question.id, resolve);
        void wire.send(question);
      });
  };
}
