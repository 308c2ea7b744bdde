/**
 * Actors of every kind of mailbox and everything that can be done to them, one step at a time. Time and turns move only
 * when a step says so. After each step, and inside of handlers and hooks, all ledgers must be balanced.
 */
import type { Address, Ledger, MailboxSpec, WeakAddress } from "@pneumatic/actors";
import { ActorSystem, bounded, implement, priority, unbounded } from "@pneumatic/actors";
import type { Gate } from "./gate.ts";
import { gate } from "./gate.ts";
import type { Ending } from "./message-fates.ts";
import { Fates } from "./message-fates.ts";
import { flush } from "./pending.ts";
import { RecordingLog } from "./recording-log.ts";
import { unaccounted } from "./test-system.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export const MAILBOXES: readonly MailboxSpec[] = [
  unbounded(),
  bounded(2),
  bounded(0),
  bounded(1, { overflow: "reject" }),
  bounded(2, { overflow: "dropOldest" }),
  bounded(1, { overflow: "dropNewest" }),
  priority((message) => (message as { id: number }).id % 3),
  priority((message) => (message as { id: number }).id % 3, { capacity: 2 }),
  priority((message) => (message as { id: number }).id % 3, { capacity: 2, overflow: "dropOldest" }),
];

export const TYPES = ["quick", "later", "hold", "fail", "failLater", "stopSelf", "kill", "hire", "relay"] as const;
type Type = (typeof TYPES)[number];
type Work = { readonly [Each in Type]: (payload: { id: number }) => unknown };

export const SENDS = ["tell", "ask", "send", "trySend", "unknown", "burst"] as const;
export const ENDS = ["stop", "drain", "kill", "killForGood", "drop"] as const;
export type Operation =
  | (typeof SENDS)[number]
  | (typeof ENDS)[number]
  | "spawn"
  | "open"
  | "abort"
  | "advance"
  | "turn"
  | "quiet"
  | "breakStarts"
  | "mendStarts";

export interface Step {
  readonly do: Operation;
  readonly at: number;
  readonly type: Type;
  readonly timeout: number | undefined;
  readonly signal: number | undefined;
}

interface Worker {
  readonly address: Address<Work>;
  readonly weak: WeakAddress<Work>;
  readonly mailbox: MailboxSpec;
  isDropped: boolean;
  isDrained: boolean;
}

const BAD = new Error("bad");
const BURST = 400;
const MOST_WORKERS = 16;
const LONGER_THAN_EVERYTHING_MS = 100_000;

export class LedgerWorld {
  readonly fates = new Fates();
  readonly system: ActorSystem;
  readonly #clock: VirtualClock;
  readonly #tasks: (() => void)[] = [];
  readonly #gates: Gate[] = [];
  readonly #workers: Worker[] = [];
  #controllers = [new AbortController(), new AbortController()];
  #startsFail = false;
  #relays = 0;
  #pending = 0;
  #accepted = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    const task = (run: () => void): void => void this.#tasks.push(run);
    const scheduler = { soon: task, later: task };
    this.system = new ActorSystem({ scheduler, random: () => 0.5, logger: new RecordingLog().logger });
    for (const at of MAILBOXES.keys()) this.#hire(at, this.system.spawn.bind(this.system));
  }

  readonly #definition = implement<Work>()({
    state: () => {
      this.check();
      if (this.#startsFail) throw BAD;
    },
    started: () => this.check(),
    on: {
      quick: (_, { id }) => this.#begin(id, "handled"),
      later: async (_, { id }) => {
        this.#begin(id, "handled");
        await Promise.resolve();
        this.check();
      },
      hold: (_, { id }) => {
        this.#begin(id, "handled");
        return this.#gate();
      },
      fail: (_, { id }) => {
        this.#begin(id, "panicked");
        throw BAD;
      },
      failLater: async (_, { id }) => {
        this.#begin(id, "panicked");
        await this.#gate();
        throw BAD;
      },
      stopSelf: ({ stop }, { id }) => {
        this.#begin(id, "handled");
        stop();
      },
      kill: ({ self }, { id }) => {
        this.#begin(id, "handled");
        void this.system.kill(self);
        this.check();
      },
      hire: ({ spawn }, { id }) => {
        this.#begin(id, "handled");
        if (this.#workers.length < MOST_WORKERS) this.#hire(id, spawn);
      },
      relay: ({ self }, { id }) => {
        this.#begin(id, "handled");
        if (this.#relays++ > 20) return;
        for (const [n, by] of (["tell", "send", "ask"] as const).entries()) {
          this.#send(by, "quick", (id + n) % this.#workers.length, undefined, undefined);
        }
        self.tell({ type: "quick", id: this.fates.sends() });
      },
    },
    stopped: () => this.check(),
  });

  async run(step: Step): Promise<void> {
    this.#do(step);
    this.check();
    if (step.do === "turn") await this.#turn();
    if (step.do === "quiet" || step.do === "advance") await this.settle();
    this.check();
  }

  #do({ do: what, at, type, timeout, signal }: Step): void {
    const one = this.#workers[at % this.#workers.length] as Worker;
    switch (what) {
      case "tell":
      case "ask":
      case "send":
      case "trySend":
      case "unknown":
        this.#send(what, type, at % this.#workers.length, timeout, signal);
        break;
      case "burst":
        for (let n = 0; n < BURST; n++) this.#send("tell", "quick", at % this.#workers.length, undefined, undefined);
        break;
      case "stop":
      case "drain":
      case "kill":
        one.isDrained ||= what === "drain";
        void this.system[what](one.weak);
        break;
      case "killForGood":
        void this.system.kill(one.weak, { restart: false });
        break;
      case "drop":
        one.address.drop();
        one.isDropped = true;
        break;
      case "spawn":
        if (this.#workers.length < MOST_WORKERS) this.#hire(at, this.system.spawn.bind(this.system));
        break;
      case "open":
        for (const open of this.#gates.splice(0)) open.open();
        break;
      case "abort":
        this.#controllers.shift()?.abort(new Error("given up"));
        this.#controllers.push(new AbortController());
        break;
      case "advance":
        this.#clock.advance(timeout ?? 0);
        break;
      case "breakStarts":
      case "mendStarts":
        this.#startsFail = what === "breakStarts";
        break;
      case "turn":
      case "quiet":
        break;
      default:
        what satisfies never;
    }
  }

  /** Through the strong address while there is one. */
  #send(
    by: "tell" | "ask" | "send" | "trySend" | "unknown",
    type: Type,
    at: number,
    timeout?: number,
    signal?: number,
  ) {
    const one = this.#workers[at] as Worker;
    const address = one.isDropped ? one.weak : one.address;
    const id = this.fates.sends();
    const message = { type, id } as { type: "quick"; id: number };
    const options = { timeout, signal: signal === undefined ? undefined : this.#controllers[signal]?.signal };
    const before = this.system.ledger(one.weak).accepted;
    if (by === "tell") address.tell(message);
    else if (by === "unknown") address.tell({ ...message, type: "unheard" as "quick" });
    else if (by === "trySend") {
      if (!address.trySend(message).ok) this.fates.refused(id);
    } else if (by === "send") {
      const sent = address.send(message, options);
      this.#follow(sent.then(({ ok }) => ok || this.fates.refused(id)).catch(() => this.fates.refused(id)));
    } else {
      const asked = address.ask(message, options);
      if (this.system.ledger(one.weak).accepted > before) this.fates.askAccepted(id);
      this.#follow(asked.catch(() => this.#askEnded(id)));
    }
    const accepted = this.system.ledger(one.weak).accepted - before;
    const isTell = by === "tell" || by === "unknown";
    if (accepted > 1 || (isTell && accepted !== 1)) throw new Error(`A ${by} was accepted ${accepted} times`);
  }

  #askEnded(id: number): void {
    this.#see();
    this.fates.askEnded(id);
  }

  #see(): void {
    this.fates.see(this.system.deadLetters(), ({ reason, to }) => {
      const { mailbox, address } = this.#workers.find(({ weak }) => weak.path === to) as Worker;
      const { capacity, overflow } = mailbox;
      const isPossible =
        reason === "full"
          ? Number.isFinite(capacity) && !overflow.startsWith("drop")
          : reason === "overflow"
            ? overflow.startsWith("drop")
            : reason !== "draining" || this.#isClosed(address.path);
      if (!isPossible) throw new Error(`A dead letter of ${to} cannot be ${reason}`);
    });
  }

  /** Whether the mailbox of the actor may be closed though it has not ended, since that of one above it was. */
  #isClosed(path: string): boolean {
    return this.#workers.some((one) => (one.isDropped || one.isDrained) && `${path}/`.startsWith(`${one.weak.path}/`));
  }

  /** What the fates say of it must not get lost. */
  #follow(told: Promise<unknown>): void {
    this.#pending++;
    told.then(
      () => this.#pending--,
      (error) => this.#failures.push(error),
    );
  }

  readonly #failures: unknown[] = [];

  #begin(id: number, ending: Ending): void {
    this.fates.begins(id, ending);
    this.check();
  }

  #gate(): Promise<void> {
    const open = gate();
    this.#gates.push(open);
    return open.promise;
  }

  #hire(at: number, spawn: ActorSystem["spawn"]): void {
    const mailbox = MAILBOXES[at % MAILBOXES.length] as MailboxSpec;
    const address = spawn(this.#definition, { mailbox, intensity: { restarts: 2, withinMs: 1000 } });
    this.#workers.push({ address, weak: address.downgrade(), mailbox, isDropped: false, isDrained: false });
  }

  async #turn(): Promise<void> {
    this.#tasks.shift()?.();
    await flush();
  }

  /** Lets everything happen that needs neither time nor a gate. */
  async settle(): Promise<void> {
    do await this.#turn();
    while (this.#tasks.length > 0);
  }

  /** Every ledger is balanced, the one of the system is their sum, and what can be counted outside is what they say. */
  check(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
    this.#see();
    const total = this.system.ledger();
    const sum = new Map<string, number>();
    for (const { weak } of this.#workers) {
      const ledger = this.system.ledger(weak);
      refuseUnbalanced(ledger);
      for (const [term, count] of terms(ledger)) sum.set(term, (sum.get(term) ?? 0) + count);
    }
    refuseUnbalanced(total);
    for (const [term, count] of terms(total)) {
      if (count !== (sum.get(term) ?? 0))
        throw new Error(`The system has ${count} ${term}, its actors ${sum.get(term)}`);
    }
    const { inFlight, handled, panicked, deadLettered, accepted } = total;
    const begun = inFlight + handled + panicked + (deadLettered.killed ?? 0);
    if (begun !== this.fates.begun) throw new Error(`${this.fates.begun} were begun, the ledger says ${begun}`);
    if (accepted < this.#accepted) throw new Error("Fewer are accepted than before");
    this.#accepted = accepted;
  }

  /** Lets everything end, by itself or by force; then nothing is left anywhere. */
  async end(how: "drop" | "shutdown" | "kill"): Promise<void> {
    this.#startsFail = false;
    if (how === "kill") for (const { weak } of this.#workers) void this.system.kill(weak, { restart: false });
    const over = how === "shutdown" ? this.system.shutdown({ timeoutMs: Number.POSITIVE_INFINITY }) : undefined;
    for (const one of this.#workers) {
      one.address.drop();
      one.isDropped = true;
    }
    for (let round = 0; round < 10; round++) {
      for (const open of this.#gates.splice(0)) open.open();
      await this.settle();
      this.#see();
    }
    for (let round = 0; round < 10; round++) {
      this.check();
      this.#clock.advance(LONGER_THAN_EVERYTHING_MS);
      await this.settle();
      for (const open of this.#gates.splice(0)) open.open();
    }
    await Promise.all([this.system.terminated, over]);
    this.check();
    const ledger = this.system.ledger();
    if (ledger.queued + ledger.inFlight > 0) throw new Error(`Something is left: ${JSON.stringify(ledger)}`);
    if (this.#pending > 0) throw new Error(`${this.#pending} promises have not settled`);
    if (this.#clock.pending > 0) throw new Error(`${this.#clock.pending} timers are left`);
    this.fates.compare(ledger);
  }
}

function refuseUnbalanced(ledger: Ledger): void {
  const isCount = terms(ledger).every(([, count]) => Number.isInteger(count) && count >= 0);
  if (unaccounted(ledger) !== 0 || !isCount) throw new Error(`Out of balance: ${JSON.stringify(ledger)}`);
}

function terms({ deadLettered, ...plain }: Ledger): [string, number][] {
  return [...Object.entries(plain), ...Object.entries(deadLettered)];
}
