/**
 * Attacks the runtime: a world is a system with a cast that a seed chooses, and a driver that does whatever the public API allows to
 * it, in real time, in process or with threads that die. An oracle then holds what the book of the actors (attack-actors.mjs) and the
 * driver say against the ledger and the log. JavaScript, since it runs in a process of its own (scripts/attack.mjs).
 */
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import {
  ActorSystem,
  bounded,
  child,
  onThread,
  priority,
  registryKey,
  retry,
  supervisor,
  topic,
  unbounded,
} from "@pneumatic/actors";
import {
  attacked,
  compose,
  diceOf,
  faultsOf,
  HOW,
  incarnationsOf,
  MOST_SLOTS,
  messagesOf,
  newSlot,
  openBook,
  SECRET,
  send,
} from "./attack-actors.mjs";

/** What a world can be told to do wrong, so that its oracle must notice. */
export const LIES = ["lost", "overlap", "reorder", "stale", "unsettled", "kept", "said"];

const onAThread = onThread(new URL("attack-actors.mjs", import.meta.url), "attacked");
const MAILBOXES = [
  () => unbounded(),
  () => unbounded(),
  () => bounded(0),
  () => bounded(1),
  () => bounded(3, { overflow: "reject" }),
  () => bounded(2, { overflow: "dropOldest" }),
  () => bounded(2, { overflow: "dropNewest" }),
  () => priority(({ n }) => (n ?? 0) % 3),
  () => priority(({ n }) => (n ?? 0) % 3, { capacity: 2, overflow: "dropOldest" }),
];
const POISONS = ["drop", "drop", "quarantine", retry(1), retry(3)];
const BACKOFF = { initialMs: 0, maxMs: 2 };
const MOST_LETTERS = 100_000;

/** A logger that keeps nothing, and looks for the content of messages in each line. */
function suspiciousLog(complain) {
  const line = (...given) => {
    if (JSON.stringify(given, readable).includes(SECRET)) complain(`the log says what a message said: ${given.at(-1)}`);
  };
  const log = { level: "debug", debug: line, info: line, warn: line, error: line, trace: line, fatal: line };
  log.child = () => log;
  return log;
}

/** What a log line shows of a value: of errors also what JSON leaves out. */
function readable(_, value) {
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (!(value instanceof Error)) return value;
  const { message, stack, cause } = Object.getOwnPropertyDescriptors(value);
  return { ...value, message: message?.value, stack: stack?.value, cause: cause?.value };
}

/**
 * Plays one world. `options`: its `seed`, whether it `hasThreads`, the `lie` it tells, and how long an end may take, `patienceMs`.
 * Returns how much there was of everything, and the `violations`, each a line.
 */
export async function attack({ seed, hasThreads = false, lie, patienceMs = 60_000 }) {
  const violations = new Set();
  const complain = (what) => violations.add(what);
  const stray = (kind) => (error) => complain(`${kind}: ${String(error?.stack ?? error)}`);
  const listeners = {
    unhandledRejection: stray("unhandled rejection"),
    uncaughtException: stray("uncaught exception"),
    warning: stray("warning"),
  };
  for (const [event, listener] of Object.entries(listeners)) process.on(event, listener);
  const world = new World({ seed, hasThreads, lie, patienceMs, complain });
  try {
    await world.play();
  } catch (error) {
    complain(`the driver failed: ${error?.stack}`);
  } finally {
    await turn();
    for (const [event, listener] of Object.entries(listeners)) process.off(event, listener);
    process.off("worker", world.onWorker);
  }
  return { ...world.summary(), violations: [...violations] };
}

class World {
  #book = openBook();
  #dice;
  #options;
  #system;
  #letters;
  /** Every actor and router that the driver holds an address of, and how to end it. */
  #cast = [];
  #groups = [];
  #open = new Set();
  /** The reason of each dead letter, by the number of its message. */
  #reasons = new Map();
  #threads = new Set();
  #caller = new AbortController();
  #isShutDown = false;
  /** The number of messages when the shutdown began: nobody hears of what is sent after its end. */
  #told = Number.POSITIVE_INFINITY;
  #seen = { kills: 0, losses: 0, asks: 0 };

  constructor(options) {
    this.#options = options;
    this.#dice = diceOf(options.seed);
    const { complain } = options;
    this.#system = new ActorSystem({
      logger: suspiciousLog(complain),
      deadLetters: { keep: 0 },
      threads: { heartbeatMs: 2_000 },
    });
    this.#letters = this.#system.deadLetterReceiver({ capacity: MOST_LETTERS });
    process.on("worker", this.onWorker);
  }

  onWorker = (worker) => {
    this.#threads.add(worker);
    worker.once("exit", () => this.#threads.delete(worker));
  };

  summary() {
    const messages = messagesOf(this.#book);
    return { messages, incarnations: incarnationsOf(this.#book), ...this.#seen };
  }

  async play() {
    const isShutDown = this.#dice(3) === 0;
    this.#makeCast();
    if (this.#options.lie === "reorder") for (const one of this.#cast) this.#swap(one);
    const steps = 100 + this.#dice(300);
    const shutdownAt = isShutDown ? this.#dice(steps) : Number.POSITIVE_INFINITY;
    let shutdown;
    for (let step = 0; step < steps; step++) {
      if (step === shutdownAt) shutdown = this.#shutdown();
      if (this.#isShutDown) break;
      this.#act();
      if (this.#dice(5) === 0) await turn();
      if (this.#dice(40) === 0) await sleep(this.#dice(10));
      if (this.#dice(20) === 0) this.#checkLedgers("at a pause");
    }
    for (const { address } of this.#cast.splice(0)) address.drop();
    for (const group of this.#groups.splice(0)) group.drop();
    await this.#inTime("the end of the system", Promise.all([this.#system.terminated, shutdown]));
    await this.#inTime("the end of an ask or a send", this.#settled());
    if (this.#options.lie === "said") this.#system.log.info({ message: { secret: SECRET } }, "a lie");
    this.#checkLedgers("at the end");
    // A handler that was killed may still wait to hear of what it sent.
    for (let rounds = 0; rounds < 20 && this.#lost().length > 0; rounds++) await sleep(50);
    this.#checkFates();
    if (shutdown === undefined) await this.#inTime("shutdown", this.#system.shutdown());
    for (const fault of faultsOf(this.#book)) this.#options.complain(fault);
  }

  async #shutdown() {
    this.#told = messagesOf(this.#book);
    await this.#system.shutdown({ timeoutMs: 200 + this.#dice(500) });
    this.#isShutDown = true;
  }

  async #settled() {
    if (this.#options.lie === "unsettled") this.#open.add(new Promise(() => {}));
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  async #inTime(what, promise) {
    const limit = new AbortController();
    const late = sleep(this.#options.patienceMs, "late", { signal: limit.signal }).catch(() => "in time");
    const first = await Promise.race([promise, late]);
    limit.abort();
    if (first !== "late") return;
    const { living, ledger, actors } = await this.#system.inspect();
    throw new Error(`${what} did not come: ${JSON.stringify({ living, ledger, actors })}`);
  }

  // ── The cast ──

  #makeCast() {
    const dice = this.#dice;
    for (let left = 2 + dice(4); left > 0; left--) this.#spawn();
    if (dice(2) === 0) this.#route();
    if (dice(2) === 0) this.#supervise();
    for (let left = dice(3); left > 0; left--) this.#spawn();
  }

  /** Options and arguments of an actor, and what the oracle must know of it. */
  #life({ isSingle = true } = {}) {
    const dice = this.#dice;
    const mailbox = MAILBOXES[dice(MAILBOXES.length)]();
    const poison = POISONS[dice(POISONS.length)];
    const isOnThread = this.#options.hasThreads && dice(2) === 0;
    const retries = typeof poison === "string" ? 0 : poison.retries;
    const slot = newSlot(this.#book) % MOST_SLOTS;
    const peers = isSingle ? this.#cast.filter(() => dice(3) === 0).map(({ address }) => address.clone()) : [];
    const args = {
      book: this.#book,
      seed: this.#options.seed,
      lie: this.#options.lie,
      slot,
      rank: slot,
      peers,
      retries: isOnThread ? retries + 1 : retries, // one that was lost with its thread for nothing comes once more
      isOnThread,
      failsToStart: dice(8) === 0,
      isOrdered: isSingle && retries === 0 && !isOnThread && mailbox.rankOf === undefined,
    };
    const options = {
      args,
      mailbox,
      poison,
      restart: ["permanent", "transient", "temporary"][dice(3)],
      backoff: BACKOFF,
      shutdownMs: 1000,
      ...(isOnThread && dice(3) === 0 ? { thread: "dedicated" } : {}),
    };
    const intensity = { restarts: dice(3) === 0 ? 2 : 1000, withinMs: 1000 };
    return { definition: isOnThread ? onAThread : attacked, options, intensity };
  }

  #hold(address, { args }) {
    address.started.catch(() => {});
    this.#cast.push({ address, weak: address.downgrade(), rank: args.rank, isOnThread: args.isOnThread });
  }

  #spawn() {
    const { definition, options, intensity } = this.#life();
    this.#hold(this.#system.spawn(definition, { ...options, intensity }), options);
  }

  #route() {
    const { definition, options, intensity } = this.#life({ isSingle: false });
    const strategy = ["round_robin", "random", "least_loaded", "consistent_hash"][this.#dice(4)];
    const size = this.#dice(2) === 0 ? 2 : { min: 1, max: 3, loadedAt: 2, idleMs: 20 };
    const key = strategy === "consistent_hash" ? ({ n }) => String((n ?? 0) % 7) : undefined;
    this.#hold(this.#system.route(definition, { ...options, intensity, strategy, size, key }), options);
  }

  #supervise() {
    const dice = this.#dice;
    const strategies = ["one_for_one", "one_for_all", "rest_for_one"];
    const group = (children) =>
      supervisor({ strategy: strategies[dice(3)], intensity: { restarts: 100, withinMs: 1000 }, children });
    const lives = Array.from({ length: 4 }, () => this.#life());
    const [first, second, third, fourth] = lives.map(({ definition, options }) => child(definition, options));
    const head = this.#system.supervise(group({ first, second, inner: group({ third, fourth }) }));
    head.started.catch(() => {});
    this.#groups.push(head);
    const inner = head.child("inner");
    for (const [at, id] of ["first", "second"].entries()) this.#hold(head.child(id), lives[at].options);
    for (const [at, id] of ["third", "fourth"].entries()) this.#hold(inner.child(id), lives[2 + at].options);
    inner.drop();
  }

  // ── The driver ──

  #act() {
    const one = this.#cast[this.#dice(this.#cast.length)];
    if (one === undefined) return;
    const total = ACTS.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.#dice(total);
    for (const [weight, act] of ACTS) {
      at -= weight;
      if (at < 0) return this.#unlessRefused(() => this[act](one));
    }
  }

  /** A system that shuts down, and a router that has ended, refuse to spawn. */
  #unlessRefused(work) {
    try {
      work();
    } catch (error) {
      if (error.code !== "ERR_ACTOR_SPAWN_REFUSED") throw error;
    }
  }

  /** Sends one message, sometimes with an address in it. */
  send(one, how = [HOW.TELL, HOW.TELL, HOW.TRY, HOW.SEND, HOW.ASK][this.#dice(5)], type) {
    const dice = this.#dice;
    const given = how !== HOW.ASK && dice(4) === 0 ? this.#cast[dice(this.#cast.length)] : undefined;
    const name = type ?? ["work", "workLater"][dice(2)];
    const more = { fuel: dice(4), address: given?.address.clone(), rank: given?.rank };
    const message = compose(this.#book, how, 0, name, more);
    if (message === undefined) return more.address?.drop();
    if (how === HOW.ASK) this.#seen.asks++;
    const { lie } = this.#options;
    if (lie === "lost" && message.n === 5) {
      this.#book.how[message.n] = HOW.TELL;
      return more.address?.drop();
    }
    const to = dice(4) === 0 ? one.weak : one.address;
    const sent = send(this.#book, to, message, how, dice, this.#caller.signal);
    if (sent === undefined) return;
    this.#open.add(sent);
    void sent.finally(() => this.#open.delete(sent)).catch(() => {});
  }

  #swap({ address }) {
    const messages = [0, 1].map(() => compose(this.#book, HOW.TELL, 0, "work", { fuel: 0 }));
    for (const message of messages.toReversed()) send(this.#book, address, message, HOW.TELL, this.#dice);
  }

  burst(one) {
    for (let left = this.#dice(40); left > 0; left--) this.send(one);
  }

  abort() {
    this.#caller.abort(new Error("enough"));
    this.#caller = new AbortController();
  }

  end(one) {
    const how = ["stop", "drain", "kill", "kill", "kill"][this.#dice(5)];
    this.#seen.kills++;
    const options = how === "kill" ? { restart: this.#dice(4) !== 0 } : undefined;
    this.#follow(this.#system[how](one.weak, options));
  }

  drop(one) {
    if (this.#options.lie === "kept" || this.#dice(3) !== 0) return;
    this.#cast.splice(this.#cast.indexOf(one), 1);
    one.address.drop();
  }

  clone(one) {
    const copy = one.weak.upgrade();
    if (copy === undefined) return;
    if (this.#options.lie !== "kept") copy.drop();
  }

  resize({ address }) {
    address.resize?.(1 + this.#dice(4));
  }

  terminateChild() {
    const group = this.#groups[0];
    if (group === undefined) return;
    this.#follow(group.terminateChild(["first", "second", "inner"][this.#dice(3)]));
  }

  spawn() {
    if (this.#cast.length < 12) this.#spawn();
  }

  publish(one) {
    const news = topic("news");
    const subscription = this.#system.topics.subscribe(news, one.weak);
    const message = compose(this.#book, HOW.MANY, 0, "work", { fuel: 1 });
    if (message !== undefined) {
      this.#book.how[message.n] = HOW.MANY;
      this.#system.topics.publish(news, message);
    }
    subscription[Symbol.dispose]();
  }

  register(one) {
    const key = registryKey("one");
    const registration = this.#system.registry.register(key, one.weak);
    this.#system.registry.lookup(key);
    registration[Symbol.dispose]();
  }

  terminateThread() {
    const threads = [...this.#threads];
    const thread = threads[this.#dice(threads.length || 1)];
    if (thread === undefined) return;
    this.#threads.delete(thread);
    this.#seen.losses++;
    void thread.terminate();
  }

  exitThread(one) {
    if (!one.isOnThread) return;
    this.#seen.losses++;
    this.send(one, HOW.TELL, "exit");
  }

  hangThread(one) {
    if (!one.isOnThread || this.#dice(10) !== 0) return;
    this.#seen.losses++;
    this.send(one, HOW.TELL, "hang");
  }

  inspect() {
    this.#follow(this.#system.inspect());
  }

  /** What the driver does not await must settle, but may fail. */
  #follow(promise) {
    const settled = Promise.resolve(promise).then(
      () => {},
      () => {},
    );
    this.#open.add(settled);
    void settled.then(() => this.#open.delete(settled));
  }

  // ── The oracle ──

  #checkLedgers(when) {
    for (const address of [undefined, ...this.#cast.map(({ weak }) => weak)]) {
      const { accepted, deadLettered, ...terms } = this.#system.ledger(address);
      const counts = [...Object.values(terms), ...Object.values(deadLettered)];
      const isBalanced = counts.every((count) => count >= 0) && counts.reduce((a, b) => a + b, 0) === accepted;
      if (!isBalanced) {
        const ledger = JSON.stringify({ accepted, deadLettered, ...terms });
        this.#options.complain(`the ledger of ${address?.path ?? "the system"} is out of balance ${when}: ${ledger}`);
      }
    }
  }

  /** Reads the dead letters that have come. Returns the messages of which nobody has heard. */
  #lost() {
    const { complain } = this.#options;
    const book = this.#book;
    const letters = this.#reasons;
    for (let next = this.#letters.tryRecv(); next.ok; next = this.#letters.tryRecv()) {
      const { message, reason } = next.value;
      if (message?.how === HOW.MANY || message?.n === undefined) continue;
      const before = letters.get(message.n);
      if (before !== undefined) complain(`message ${message.n} is a dead letter twice: ${before}, ${reason}`);
      letters.set(message.n, reason);
    }
    const lost = [];
    for (let n = 0; n < Math.min(this.#told, messagesOf(book)); n++) {
      if (book.how[n] === HOW.MANY || book.how[n] === 0) continue;
      const isKnown = book.begun[n] > book.aside[n] || letters.has(n) || book.refused[n] !== 0;
      if (!isKnown && !this.#isExcused(n)) lost.push(n);
    }
    return lost;
  }

  /** Each message has one fate, and the ledger counts as many of each. */
  #checkFates() {
    const { complain, hasThreads } = this.#options;
    const book = this.#book;
    const letters = this.#reasons;
    const lost = this.#lost();
    this.#letters.drop();
    const ledger = this.#system.ledger();
    if (ledger.queued + ledger.stashed + ledger.inFlight > 0) complain(`something is left: ${JSON.stringify(ledger)}`);
    for (let n = 0; n < Math.min(this.#told, messagesOf(book)); n++) {
      if (book.how[n] === HOW.MANY || book.how[n] === 0) continue;
      const letter = letters.get(n);
      const isBegun = book.begun[n] > book.aside[n];
      if (isBegun && book.finished[n] === 0 && book.threw[n] === 0 && letter === undefined && !hasThreads) {
        complain(`message ${n} was begun, and no more was heard of it`);
      }
      if (!hasThreads && book.finished[n] > 0 && letter !== undefined && letter !== "killed") {
        complain(`message ${n} was handled, and is a dead letter: ${letter}`);
      }
      if (!hasThreads && book.finished[n] > 1) complain(`message ${n} was handled ${book.finished[n]} times`);
    }
    const unexplained = lost.length - (hasThreads ? ledger.panicked : 0);
    if (unexplained > 0)
      complain(
        `messages without a fate: ${lost.slice(0, 10).map((n) => `${n} (sent as ${book.how[n]} by ${book.by[n]}, begun ${book.begun[n]}, set aside ${book.aside[n]})`)}; ${JSON.stringify(ledger)}`,
      );
  }

  /** Whether the sender of a message was lost with its thread, with what was on its way. */
  #isExcused(n) {
    const sender = this.#book.by[n] - 1;
    return sender >= 0 && this.#book.onThread[sender] === 1 && this.#book.ended[sender] === 0;
  }
}

/** How often the driver does what. */
const ACTS = [
  [40, "send"],
  [10, "burst"],
  [2, "abort"],
  [4, "end"],
  [2, "drop"],
  [4, "clone"],
  [2, "resize"],
  [1, "terminateChild"],
  [3, "spawn"],
  [3, "publish"],
  [2, "register"],
  [2, "terminateThread"],
  [1, "exitThread"],
  [1, "hangThread"],
  [2, "inspect"],
];
