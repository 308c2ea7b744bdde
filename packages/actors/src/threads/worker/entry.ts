/**
 * Where a thread begins: the never-ending task of a host. It connects the thread with its parent, and hands each record that
 * comes to the actor (hosted-actor.ts) or the import (imports.ts) that it is for.
 */
import type { Connection } from "@pneumatic/core/internal/threads";
import { joinConnection } from "@pneumatic/core/internal/threads";
import type { TransferList } from "@pneumatic/core/threads";
import type { Logger } from "pino";
import { pino } from "pino";
import { dropAddresses } from "../../address/walk.ts";
import type { Behavior } from "../../cell/behavior.ts";
import type { DefinitionOrigin } from "../../runtime-definition.ts";
import { behaviorIn, loadModule } from "../modules/load-module.ts";
import { unmarshalAll } from "../wire/marshal.ts";
import type { HostTask, ToParent, ToWorker } from "../wire/messages.ts";
import { Definitions } from "./definitions.ts";
import type { ActorHost } from "./hosted-actor.ts";
import { HostedActor } from "./hosted-actor.ts";
import { Imports } from "./imports.ts";
import { VitalSigns } from "./vital-signs.ts";

class WorkerHost implements ActorHost {
  readonly log: Logger;
  readonly imports: Imports;
  readonly definitions = new Definitions();
  readonly #connection: Connection;
  readonly #signs: VitalSigns;
  readonly #actors = new Map<number, HostedActor>();
  readonly #ended: () => void;

  constructor({ port, words, beatMs, logLevel }: HostTask, ended: () => void) {
    this.#ended = ended;
    this.#signs = new VitalSigns(words, beatMs);
    this.log = pino({ level: logLevel, base: null }, { write: (line) => this.send({ op: "log", line }) });
    this.imports = new Imports(this.log, (record, transferList) => this.send(record, transferList));
    // A rejection has an event of its own in each mode of --unhandled-rejections; `strict` has this one before that.
    process.on("uncaughtException", (error, origin) => origin !== "unhandledRejection" && this.#uncaught(error));
    process.on("unhandledRejection", (error) => this.#uncaught(error));
    this.#connection = joinConnection(port, (record) => this.#receive(record as ToWorker), ended);
  }

  #receive(record: ToWorker): void {
    switch (record.op) {
      case "start":
        this.#start(record);
        return;
      case "handle":
        this.#handle(record);
        return;
      case "cancel":
        this.#actors.get(record.id)?.cancel(record);
        return;
      case "stop":
        void this.#actors.get(record.id)?.stop(record);
        return;
      case "end":
        void Promise.all([process.stdout, process.stderr].map(written)).then(this.#ended);
        return;
      case "stopping":
        this.#actors.get(record.id)?.stopping();
        return;
      case "forget":
        this.#signs.loaded(record.id);
        this.#actors.get(record.id)?.forget();
        this.#actors.delete(record.id);
        return;
      default:
        this.imports.received(record);
    }
  }

  #start(record: Extract<ToWorker, { op: "start" }>): void {
    const actor = new HostedActor(record, this);
    this.#actors.set(record.id, actor);
    void actor.start(record).then(() => {
      if (actor.isForgotten) this.#actors.delete(record.id);
    });
  }

  #handle(record: Extract<ToWorker, { op: "handle" }>): void {
    const actor = this.#actors.get(record.id);
    if (actor !== undefined) actor.handle(record);
    else if (record.attached.length > 0) dropAddresses(unmarshalAll(record.messages, record.attached, this.imports));
  }

  /** Panics the actor whose work has thrown in a timer, or rejected where nobody looked. Nobody's ends the thread. */
  #uncaught(error: unknown): void {
    const id = this.#signs.culprit;
    if (id === undefined) throw error;
    const actor = this.#actors.get(id);
    if (actor === undefined || actor.isForgotten)
      this.log.warn({ err: error }, "an actor that has ended has failed once more");
    else actor.uncaught(error);
  }

  async find(id: number, { key, url = "", exportName = "default" }: DefinitionOrigin): Promise<Behavior> {
    if (key !== undefined) return this.definitions.find(key);
    return behaviorIn(await this.#signs.load(id, () => loadModule(url)), url, exportName);
  }

  onStack<T>(id: number, run: () => T): T {
    return this.#signs.onStack(id, run);
  }

  flushSync(): void {
    this.#connection.flushSync();
  }

  send(record: ToParent, transferList?: TransferList): void {
    this.#connection.send(record, transferList);
  }
}

/** Resolves when the parent has all that was printed on `stream`, which it takes bit by bit. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) resolve();
    else stream.write("", () => resolve());
  });
}

/** The task that Piscina runs. It ends with the thread, or when the parent has closed the connection. */
export default function host(task: HostTask): Promise<void> {
  return new Promise((resolve) => new WorkerHost(task, resolve));
}
