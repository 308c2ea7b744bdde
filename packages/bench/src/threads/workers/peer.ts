/** A worker at the other end of a wire: does what the main thread commands, and says when it has. */
import { parentPort, workerData } from "node:worker_threads";
import { loadMedium } from "../catalogue.ts";
import type { Command, PeerData } from "../exchange.ts";
import { Expecting, sendAll } from "../exchange.ts";
import { MESSAGE_KINDS } from "../messages.ts";

const { medium, kind: kindName, sender, port }: PeerData = workerData;
const kind = MESSAGE_KINDS[kindName];
const wire = (await loadMedium(medium)).join(port);
const expecting = new Expecting(kind);
let isListening = false;

async function obey(command: Command): Promise<void> {
  switch (command.op) {
    case "send":
      return sendAll(wire, kind, sender, command.total, command.burst);
    case "expect":
      if (!isListening) wire.listen(expecting.receive);
      isListening = true;
      return expecting.expect(command.total);
    case "echo":
      return wire.listen((message) => void wire.send(message));
    case "block":
      Atomics.wait(command.word, 0, 0);
  }
}

parentPort?.on("message", (command: Command) => {
  obey(command).then(
    () => parentPort?.postMessage(undefined),
    (error: Error) => parentPort?.postMessage(error.message),
  );
});
