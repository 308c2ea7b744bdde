/**
 * The mistakes of the first hour, made on purpose from untyped code: what the user is told says what happened, to whom, and what
 * to do. Those that end or hang a process are in processes.test.ts; what does not compile is in test/packaging/compiler/diagnostics.test.ts.
 */
import type { Definition } from "@pneumatic/actors";
import { ActorSystem, bounded, implement, onThread } from "@pneumatic/actors";
import { expect, test } from "vitest";
import { gate } from "../../support/gate.ts";
import { flush } from "../../support/pending.ts";
import { RecordingLog } from "../../support/recording-log.ts";

/** As JavaScript sees it. */
// biome-ignore lint/suspicious/noExplicitAny: what the types would refuse is what is tried
type Untyped = any;

interface Told {
  readonly happened: RegExp;
  readonly who: string;
  readonly remedy: RegExp;
}

interface Mistake extends Told {
  readonly code: string | undefined;
  /** Throws or rejects with what the user is told; or logs it. */
  readonly make: (system: Untyped) => unknown;
}

type Unknown = Definition<unknown, undefined>;
const WORKER = new URL("../../threads/actors/fixtures/worker.mjs", import.meta.url);

const counter = implement<{ add(): void; get(): number; both(): number }>()({
  on: {
    add: () => {},
    get: () => 1,
    both: async ({ self }) => 1 + (await self.ask({ type: "get" })),
  },
});

const MISTAKES: Readonly<Record<string, Mistake>> = {
  "awaits its own actor": {
    make: (system) => system.spawn(counter, { name: "counter" }).ask({ type: "both" }),
    code: "ERR_ACTOR_PANICKED",
    happened: /Deadlock: actor "\/counter" waits for itself/,
    who: '"/counter" panicked while handling "both"',
    remedy: /Do not await it in the handler: call a function instead/,
  },
  "tells a thread what cannot be copied": {
    make: (system) => {
      const parser = system.spawn(onThread<Unknown>(WORKER), { name: "parser" });
      parser.tell({ type: "echo", options: { done: () => {} } });
    },
    code: "ERR_CHANNEL_MESSAGE_NOT_CLONEABLE",
    happened: /the message\.options\.done is a function/,
    who: 'actor "/parser"',
    remedy: /Send data that structuredClone\(\) takes, and addresses/,
  },
  "spawns from a URL where nothing is": {
    make: (system) =>
      system.spawn(onThread<Unknown>(new URL("./nowhere.js", import.meta.url)), {
        name: "parser",
        restart: "temporary",
      }).started,
    code: "ERR_ACTOR_START_FAILED",
    happened: /Cannot load file:.*\/first-hour\/nowhere\.js: there is no such file/,
    who: 'Actor "/parser" could not start',
    remedy: /It is looked for next to the file that has `import\.meta\.url` in it/,
  },
  "gives a path instead of a URL": {
    make: (system) => system.spawn(onThread<Unknown>("./worker.js")),
    code: "ERR_ACTOR_INVALID_DEFINITION",
    happened: /not "\.\/worker\.js"/,
    who: "onThread",
    remedy: /takes new URL\("\.\/module\.js", import\.meta\.url\)/,
  },
  "asks for a message that does not exist": {
    make: (system) => system.spawn(counter, { name: "counter" }).ask({ type: "gte" }),
    code: "ERR_ACTOR_UNKNOWN_MESSAGE",
    happened: /has no handler for "gte"/,
    who: 'Actor "/counter"',
    remedy: /it has add, get, both$/,
  },
  "tells a message that does not exist": {
    make: (system) => system.spawn(counter, { name: "counter" }).tell({ type: "ad" }),
    code: undefined,
    happened: /^dead letter: "ad" .* is not handled, because the actor has no handler of that name/,
    who: 'to actor "/counter"',
    remedy: /it has add, get, both$/,
  },
  "sends what is no message": {
    make: (system) => system.spawn(counter, { name: "counter" }).tell("add"),
    code: "ERR_ACTOR_INVALID_MESSAGE",
    happened: /Cannot send string/,
    who: 'actor "/counter"',
    remedy: /a message is an object whose "type" names a handler/,
  },
  "asks an actor that was stopped": {
    make: async (system) => {
      const address = system.spawn(counter, { name: "counter" });
      await system.stop(address);
      await address.ask({ type: "get" });
    },
    code: "ERR_ACTOR_STOPPED",
    happened: /has stopped \(shutdown\) and takes no messages/,
    who: 'Actor "/counter"',
    remedy: /Spawn it anew; ctx\.watch\(\) and address\.exited tell of an end/,
  },
  "asks an actor whose thread could not be started": {
    make: async (system) => {
      const address = system.spawn(onThread<Unknown>(new URL("./nowhere.js", import.meta.url)), { name: "parser" });
      await address.exited;
      await address.ask({ type: "echo" });
    },
    code: "ERR_ACTOR_STOPPED",
    happened: /has stopped \(crashed: loadFailed\)/,
    who: 'Actor "/parser"',
    remedy: /Spawn it anew when the cause is mended/,
  },
  "asks by a weak address after the last strong one was dropped": {
    make: async (system) => {
      const address = system.spawn(counter, { name: "counter" });
      const weak = address.downgrade();
      address.drop();
      await weak.ask({ type: "get" });
    },
    code: "ERR_ACTOR_STOPPED",
    happened: /is ending and takes no new messages: its last address was dropped/,
    who: 'Actor "/counter"',
    remedy: /Hold one for as long as it is needed/,
  },
  "asks an actor whose mailbox is full": {
    make: async (system) => {
      const { promise, open } = gate();
      const busy = implement<{ work(): void }>()({ on: { work: () => promise } });
      const address = system.spawn(busy, { name: "busy", mailbox: bounded(1, { overflow: "reject" }) });
      await address.started;
      address.tell({ type: "work" });
      await flush();
      address.tell({ type: "work" });
      await address.ask({ type: "work" }).finally(open);
    },
    code: "ERR_ACTOR_MAILBOX_FULL",
    happened: /mailbox is full at 1/,
    who: 'actor "/busy"',
    remedy: /Try again later; with the overflow "wait", the sender waits for room/,
  },
  "asks for what takes longer than the timeout": {
    make: async (system) => {
      const { promise, open } = gate();
      const slow = implement<{ work(): void }>()({ on: { work: () => promise } });
      const address = system.spawn(slow, { name: "slow" });
      await address.ask({ type: "work" }, { timeout: 1 }).finally(open);
    },
    code: "ERR_ACTOR_ASK_TIMEOUT",
    happened: /did not reply to "work" within 1 ms/,
    who: 'Actor "/slow"',
    remedy: /ask\(message, \{ timeout \}\) waits longer/,
  },
  "uses an address that was dropped": {
    make: (system) => {
      const address = system.spawn(counter, { name: "counter" });
      address.drop();
      address.tell({ type: "add" });
    },
    code: "ERR_CHANNEL_USE_AFTER_DROP",
    happened: /Cannot tell: .* was dropped/,
    who: 'this Address of "/counter"',
    remedy: /Keep a clone\(\) for yourself when you hand one on or drop it/,
  },
  "spawns two actors of one name": {
    make: (system) => [1, 2].map(() => system.spawn(counter, { name: "counter" })),
    code: "ERR_ACTOR_DUPLICATE_NAME",
    happened: /an actor of that name is alive/,
    who: 'Cannot spawn "/counter"',
    remedy: /Choose another name, or leave it out/,
  },
  "owns a weak address": {
    make: (system) => system.own(system.spawn(counter).downgrade()),
    code: "ERR_ACTOR_INVALID_DEFINITION",
    happened: /not \[object WeakAddress\]/,
    who: "own()",
    remedy: /takes an address, or what can be disposed of/,
  },
  "names a system without an option": {
    make: () => new (ActorSystem as Untyped)("shop"),
    code: "ERR_ACTOR_INVALID_DEFINITION",
    happened: /not "shop"$/,
    who: "new ActorSystem()",
    remedy: /takes an object, such as \{ name: "shop" \}/,
  },
  "misspells an option of a system": {
    make: () => new ActorSystem({ loglevel: "warn" } as Untyped),
    code: "ERR_ACTOR_INVALID_DEFINITION",
    happened: /not "loglevel"$/,
    who: "of a system",
    remedy: /must be one of .*name.* \(did you mean logLevel\?\)/,
  },
  "misspells a level of the log": {
    make: () => new ActorSystem({ logLevel: "warning" }),
    code: "ERR_ACTOR_INVALID_DEFINITION",
    happened: /not "warning"$/,
    who: "logLevel of a system",
    remedy: /must be one of "trace", "debug", "info", "warn", "error", "fatal", "silent"/,
  },
  "spawns after the shutdown": {
    make: async (system) => {
      await system.shutdown();
      system.spawn(counter);
    },
    code: "ERR_ACTOR_SPAWN_REFUSED",
    happened: /the system was shut down/,
    who: 'Cannot spawn "/actor"',
    remedy: /Make a new one/,
  },
};

test.concurrent.each(Object.entries(MISTAKES))("who %s is told what to do", async (_, mistake) => {
  const { make, code, happened, who, remedy } = mistake;
  const log = new RecordingLog();
  await using system = new ActorSystem({ logger: log.logger });
  const error = await attempt(() => make(system));
  const told = error?.message ?? (await warning(log));
  expect(error?.code).toBe(code);
  expect(told).toMatch(happened);
  expect(told).toContain(who);
  expect(told).toMatch(remedy);
});

async function attempt(
  mistake: () => unknown,
): Promise<{ readonly message: string; readonly code: string } | undefined> {
  try {
    await mistake();
    return undefined;
  } catch (error) {
    return error as Error & { code: string };
  }
}

async function warning(log: RecordingLog): Promise<string | undefined> {
  await flush();
  return log.entries.find(({ level }) => level === "warn")?.message;
}
