/**
 * Random interleavings of sends, reservations, permits and receives, compared with a naive model: every answer, every
 * promise, the lengths and the free slots.
 */
import type { Permit, Result } from "@pneumatic/core";
import { syncChannel } from "@pneumatic/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mustEqual } from "../../support/must-equal.ts";
import { flush } from "../../support/pending.ts";
import { PermitModel } from "../../support/permit-model.ts";
import { scaled } from "../../support/scale.ts";
import { kindOf } from "../../support/sequence.ts";

type Step =
  | { readonly do: "send" | "trySend" | "recv" | "tryRecv" | "dropSender" | "close" | "dropReceiver" | "flush" }
  | { readonly do: "reserve" | "tryReserve"; readonly count: number }
  | { readonly do: "abort" | "use" | "giveBack"; readonly which: number };

const CAPACITIES = [1, 2, 3, 5];
const RUNS = scaled(150, 5000);

function plain(
  weight: number,
  name: "send" | "trySend" | "recv" | "tryRecv" | "dropSender" | "close" | "dropReceiver" | "flush",
) {
  return { weight, arbitrary: fc.constant<Step>({ do: name }) };
}

const count = fc.nat(5);
const which = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(
  plain(20, "send"),
  plain(10, "trySend"),
  plain(20, "recv"),
  plain(10, "tryRecv"),
  plain(1, "dropSender"),
  plain(1, "close"),
  plain(1, "dropReceiver"),
  plain(10, "flush"),
  { weight: 20, arbitrary: fc.record({ do: fc.constant("reserve" as const), count }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("tryReserve" as const), count }) },
  { weight: 15, arbitrary: fc.record({ do: fc.constant("abort" as const), which }) },
  { weight: 20, arbitrary: fc.record({ do: fc.constant("use" as const), which }) },
  { weight: 15, arbitrary: fc.record({ do: fc.constant("giveBack" as const), which }) },
);

class Comparison {
  readonly #model: PermitModel;
  readonly #ends;
  readonly #weak;
  readonly #log: string[] = [];
  readonly #permits = new Map<string, Permit<number>>();
  readonly #controllers: AbortController[] = [];
  #id = 0;

  constructor(capacity: number) {
    this.#model = new PermitModel(capacity);
    this.#ends = syncChannel<number>(capacity);
    this.#weak = this.#ends[0].downgrade();
  }

  async run(drawn: Step): Promise<void> {
    const id = this.#id++;
    if (drawn.do === "flush" || drawn.do === "use" || drawn.do === "giveBack") await this.settle();
    this.#runAs(id, drawn);
    this.#compareShapes();
  }

  /** Lets all promises settle that can. */
  async settle(): Promise<void> {
    await flush();
    mustEqual(this.#log.toSorted(), this.#model.log.toSorted());
    mustEqual([...this.#permits.keys()].sort(), this.#model.permits.toSorted());
  }

  /** Gives everything up that is left. */
  async end(): Promise<void> {
    if (this.#model.hasSender) await this.run({ do: "dropSender" });
    for (await this.settle(); this.#permits.size + this.#model.length > 0; await this.settle()) {
      await this.run({ do: this.#permits.size > 0 ? "giveBack" : "tryRecv", which: 0 });
    }
    expect(this.#model.isWaiting).toBe(false);
    expect(this.#weak.upgrade()).toBeUndefined();
  }

  #runAs(id: number, drawn: Step): void {
    const model = this.#model;
    const [tx, rx] = this.#ends;
    const signal = this.#signal();
    const slots = "count" in drawn ? Math.min(drawn.count, model.capacity) : 1;
    if (drawn.do === "abort") this.#abort(drawn.which % this.#id);
    if (drawn.do === "use" || drawn.do === "giveBack") this.#use(drawn.which, drawn.do === "use" ? id : undefined);
    if (model.hasReceiver) {
      if (drawn.do === "recv" && !model.isWaiting) {
        model.recv(id);
        this.#watch(id, rx.recv({ signal }));
      }
      if (drawn.do === "tryRecv") expect(told(rx.tryRecv())).toBe(model.tryRecv());
      if (drawn.do === "close" || drawn.do === "dropReceiver") {
        model[drawn.do]();
        if (drawn.do === "close") rx.close();
        else rx.drop();
      }
    }
    if (!model.hasSender) return;
    if (drawn.do === "send") {
      model.begin(id, 1, true);
      this.#watch(id, tx.send(id, { signal }));
    } else if (drawn.do === "trySend") expect(kindOf(tx.trySend(id))).toBe(model.try(id, 1, true));
    else if (drawn.do === "reserve") {
      model.begin(id, slots, false);
      const reserved = tx.reserveMany(slots, { signal });
      this.#watch(id, reserved);
      void reserved.then((result) => result.ok && this.#keep(id, result.value)).catch(() => {});
    } else if (drawn.do === "tryReserve") {
      const reserved = tx.tryReserveMany(slots);
      expect(kindOf(reserved)).toBe(model.try(id, slots, false));
      if (reserved.ok) this.#keep(id, reserved.value);
    } else if (drawn.do === "dropSender") {
      model.dropSender();
      tx.drop();
    }
  }

  /** The signal of the operation that comes next. */
  #signal(): AbortSignal {
    const controller = new AbortController();
    this.#controllers.push(controller);
    return controller.signal;
  }

  #abort(id: number): void {
    this.#model.abort(id);
    this.#controllers[id]?.abort("aborted");
  }

  #use(drawn: number, value: number | undefined): void {
    const [name, permit] = [...this.#permits][drawn % Math.max(1, this.#permits.size)] ?? [];
    if (name === undefined || permit === undefined) return;
    this.#permits.delete(name);
    const expected = this.#model.use(name, value);
    if (value === undefined) permit.drop();
    else expect(kindOf(permit.send(value))).toBe(expected);
  }

  #keep(id: number, permits: readonly Permit<number>[]): void {
    for (const [n, permit] of permits.entries()) this.#permits.set(`${id}.${n}`, permit);
  }

  #watch(id: number, promise: Promise<Result<unknown, { readonly kind: string }>>): void {
    promise.then(
      (result) => this.#log.push(`${id}: ${told(result)}`),
      (reason) => this.#log.push(`${id}: ${reason}`),
    );
  }

  #compareShapes(): void {
    const [tx, rx] = this.#ends;
    const { length, available, isOpen, hasSender } = this.#model;
    mustEqual([rx.length, rx.isClosed], [length, !isOpen]);
    if (hasSender) mustEqual([tx.length, tx.available, tx.isDisconnected], [length, available, !isOpen]);
    const upgraded = this.#weak.upgrade();
    mustEqual(upgraded !== undefined || !isOpen, true);
    upgraded?.drop();
  }
}

async function compare(capacity: number, steps: readonly Step[]): Promise<void> {
  const comparison = new Comparison(capacity);
  for (const each of steps) await comparison.run(each);
  await comparison.end();
}

/** A value that was received, or what happened instead. */
function told(result: Result<unknown, { readonly kind: string }>): string {
  return result.ok && typeof result.value === "number" ? `${result.value}` : kindOf(result);
}

// 40, 41, 42, 46, 76, 79, 80, 81, 82, 83, 84, 85, 86, 88, 89
test.each(CAPACITIES)(
  "permits of a channel bounded to %i agree with their model whatever both ends do",
  async (capacity) => {
    const steps = fc.array(step, { maxLength: 60, size: "max" });
    await fc.assert(
      fc.asyncProperty(steps, (drawn) => compare(capacity, drawn)),
      { numRuns: RUNS },
    );
  },
);
