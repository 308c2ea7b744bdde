/**
 * The routees of one router: their number, and the end of a surplus one. The supervisor starts and restarts them; this
 * file decides only about their number.
 *
 *     message ─► all loaded? ─► grow ─┐                        a leaving routee drains: no strategy chooses it, but it
 *     resize(n) ──────────────────────┼─► members ─► leaving   handles all that it has, queued and waiting for room
 *     time ─► some idle? ─► shrink ───┘
 *
 * Invariant: a routee that has ended for good stays a member until the number changes; the strategies pass over it.
 */
import { UnrefTimer } from "@pneumatic/core/internal";
import { cloneForRecipient } from "../address/clone-for-recipient.ts";
import type { Cell } from "../cell/cell.ts";
import { SpawnRefusedError } from "../errors.ts";
import { Account } from "../mailbox/account.ts";
import type { Ledger } from "../mailbox/ledger.ts";
import { takesAll } from "../mailbox/overflow.ts";
import { Registration } from "../registry/registration.ts";
import { RuntimeChildSpec } from "../supervisor/child-spec.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { hashOf } from "./hash.ts";
import type { RouteeInfo } from "./router-address.ts";
import type { Limits } from "./router-spec.ts";
import type { Members, Routee } from "./strategies.ts";
import { loadOf } from "./strategies.ts";

export class Pool implements Members {
  members: readonly Routee[];
  #leaving: readonly Routee[] = [];
  /** The account of routees that are neither. */
  readonly #gone = new Account();
  readonly #cell: Cell;
  readonly #supervisor: Supervisor;
  readonly #spec: RuntimeChildSpec;
  #limits: Limits;
  #sweep: UnrefTimer | undefined = undefined;
  /** The number of messages that each member had got at the last sweep. */
  #given = new Map<Routee, number>();

  /** Begins with the children of `cell`, which `supervisor` has made. */
  constructor(cell: Cell, supervisor: Supervisor, spec: RuntimeChildSpec, limits: Limits) {
    this.#cell = cell;
    this.#supervisor = supervisor;
    this.#spec = spec;
    this.#limits = limits;
    this.members = cell.children.map(routee);
    new Registration(cell, () => this.#sweep?.stop());
  }

  /** True if its routees never refuse a message for want of room. */
  get takesAll(): boolean {
    return takesAll(this.#spec.settings.mailbox);
  }

  /** Starts or drains routees until their number fits `limits`, and replaces those that have ended for good. */
  resize(limits: Limits): void {
    const { path, accepts } = this.#cell;
    if (!accepts) throw new SpawnRefusedError(`${path}/…`, "its router has ended");
    this.#limits = limits;
    for (let open = this.#open.length; open < limits.min; open++) this.#grow();
    this.#removeClosed();
    if (this.members.length > limits.max) this.#shrinkTo(limits.max);
    this.#sweep?.stop();
    this.#sweep = undefined;
    this.#sweepLater();
  }

  /** Starts one more routee if all are loaded and the limits allow it. */
  growIfLoaded(): void {
    const { min, max, loadedAt } = this.#limits;
    if (min === max) return;
    let open = 0;
    for (const { cell } of this.members) {
      if (cell.mailbox.isClosed) continue;
      if (loadOf(cell) < loadedAt) return;
      open++;
    }
    if (open === 0 || open >= max || !this.#cell.accepts) return; // with none open, load is not the reason
    this.#removeClosed();
    this.#grow();
    this.#sweepLater();
  }

  list(): RouteeInfo[] {
    this.#forgetEnded();
    return [...this.members, ...this.#leaving].map(({ id, cell }) => {
      return { id, alive: cell.isAlive, restarts: cell.life.restarts, queued: cell.mailbox.queued };
    });
  }

  /** Returns the account of all messages that routees got, and of those that came too late for any. */
  ledger(): Ledger {
    this.#forgetEnded();
    const total = new Account();
    total.add(this.#gone);
    total.add(this.#cell.account);
    const pending = { queued: 0, stashed: 0, inFlight: 0 };
    for (const { cell } of [...this.members, ...this.#leaving]) {
      total.add(cell.account);
      pending.queued += cell.mailbox.queued;
      pending.stashed += cell.mailbox.stashed;
      pending.inFlight += cell.inFlight === undefined ? 0 : 1;
    }
    return total.ledger(pending);
  }

  get #open(): Routee[] {
    return this.members.filter(({ cell }) => !cell.mailbox.isClosed);
  }

  #grow(): void {
    let number = 1;
    while (this.#cell.child(routeeName(number)) !== undefined) number++;
    const id = routeeName(number);
    this.#supervisor.start(id, routeeSpec(this.#spec)).drop();
    this.members = [...this.members, routee(this.#cell.child(id) as Cell)];
  }

  /** Removes the least loaded routees first; of several the youngest. */
  #shrinkTo(count: number): void {
    const byLoad = [...this.members].reverse().sort((a, b) => loadOf(a.cell) - loadOf(b.cell));
    this.#release(byLoad.slice(0, this.members.length - count));
  }

  /** Drops their addresses: they handle their messages and end, as any actor whose last address is dropped. */
  #release(going: readonly Routee[]): void {
    for (const { id } of going) this.#supervisor.release(id);
    this.#removeClosed();
  }

  /** Removes the members that take no messages any more. */
  #removeClosed(): void {
    const closed = this.members.filter(({ cell }) => cell.mailbox.isClosed);
    if (closed.length > 0) this.members = this.members.filter((each) => !closed.includes(each));
    this.#leaving = [...this.#leaving, ...closed];
    this.#forgetEnded();
  }

  /** Keeps the figures of the routees that have left and ended. */
  #forgetEnded(): void {
    this.#leaving = this.#leaving.filter(({ cell }) => {
      if (!cell.isAlive) this.#gone.add(cell.account);
      return cell.isAlive;
    });
  }

  #sweepLater(): void {
    if (this.#sweep !== undefined || this.members.length <= this.#limits.min) return;
    this.#given = new Map(this.members.map((each) => [each, each.cell.account.accepted]));
    this.#sweep = new UnrefTimer(this.#limits.idleMs, () => this.#sweepNow(), this.#cell.clock);
  }

  /** Releases idle routees: those that have nothing to do, and got no message since the last sweep. */
  #sweepNow(): void {
    this.#sweep = undefined;
    const open = this.#open;
    const idle = open.filter((each) => {
      return loadOf(each.cell) === 0 && this.#given.get(each) === each.cell.account.accepted;
    });
    if (open.length > this.#limits.min) this.#release(idle.reverse().slice(0, open.length - this.#limits.min));
    if (open.length > this.#limits.min) this.#sweepLater();
  }
}

/** Returns the name of routee number `number`, counted from 1. */
export function routeeName(number: number): string {
  return `routee-${number}`;
}

/** Returns the specification of one routee, with addresses of its own in its args. */
export function routeeSpec({ behavior, settings, args }: RuntimeChildSpec): RuntimeChildSpec {
  return new RuntimeChildSpec(behavior, settings, { args: cloneForRecipient(args) });
}

function routee(cell: Cell): Routee {
  return { id: cell.name, cell, seed: hashOf(cell.name) };
}
