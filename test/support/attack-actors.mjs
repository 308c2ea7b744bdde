/**
 * The actor of an attacked world (attack-world.mjs), loaded by threads too. It does what a number says with each message: it answers
 * at once or later, panics, sends, asks, sets aside, spawns, stops itself. Before and after, it writes into a book in shared
 * memory, which no thread takes with it: so that the same checks hold in process and on threads.
 */
import { actor } from "@pneumatic/actors";

/** In each message: it must not appear in the log. */
export const SECRET = "what-the-message-says";

export const MOST_MESSAGES = 20_000;
export const MOST_INCARNATIONS = 5_000;
export const MOST_SLOTS = 256;
const MOST_FAULTS = 16;

/** Faults that only an actor can see, by number. */
export const FAULTS = [
  "two handlers of one incarnation at once",
  "a handler of an incarnation that has ended",
  "messages of one sender out of order",
  "a message that was begun more often than its retries allow",
];

/** How a message was sent, for the account of its fate. `MANY`: a copy for each of several actors. */
export const HOW = { TELL: 1, ASK: 2, SEND: 3, TRY: 4, MANY: 5 };

/** An empty book. Each array is shared with every thread. */
export function openBook() {
  const words = (count) => new Int32Array(new SharedArrayBuffer(4 * count));
  return {
    /** Numbers given out so far: of messages, incarnations, slots; ticks that were handled; faults that were found. */
    counts: words(5),
    faults: words(2 * MOST_FAULTS),
    /** Of each message: how it was sent, by which incarnation (0: the driver), and whether its sender was refused. */
    how: words(MOST_MESSAGES),
    by: words(MOST_MESSAGES),
    refused: words(MOST_MESSAGES),
    /** Of each message: how often a handler began, finished, threw, and set it aside. */
    begun: words(MOST_MESSAGES),
    finished: words(MOST_MESSAGES),
    threw: words(MOST_MESSAGES),
    aside: words(MOST_MESSAGES),
    /** Of each incarnation: whether a handler runs, whether it has ended, whether it is on a thread. */
    busy: words(MOST_INCARNATIONS),
    ended: words(MOST_INCARNATIONS),
    onThread: words(MOST_INCARNATIONS),
    /** For each actor that promises order, and each sender: the number of the last message. */
    last: words(MOST_SLOTS * MOST_SLOTS),
  };
}

const [MESSAGES, INCARNATIONS, SLOTS, TICKS, FAULTS_FOUND] = [0, 1, 2, 3, 4];
export const messagesOf = ({ counts }) => Math.min(Atomics.load(counts, MESSAGES), MOST_MESSAGES);
export const incarnationsOf = ({ counts }) => Atomics.load(counts, INCARNATIONS);
export const ticksOf = ({ counts }) => Atomics.load(counts, TICKS);
export const newSlot = ({ counts }) => Atomics.add(counts, SLOTS, 1);

/** The faults found so far, each as a line. */
export function faultsOf({ counts, faults }) {
  const found = Math.min(Atomics.load(counts, FAULTS_FOUND), MOST_FAULTS);
  return Array.from({ length: found }, (_, at) => `${FAULTS[faults[2 * at]]}: message ${faults[2 * at + 1]}`);
}

function fault({ counts, faults }, code, n) {
  const at = Atomics.add(counts, FAULTS_FOUND, 1);
  if (at >= MOST_FAULTS) return;
  faults[2 * at] = code;
  faults[2 * at + 1] = n;
}

/** Integers below a bound, always the same for the same number. */
export function diceOf(number) {
  let state = (number ^ 0x9e3779b9) >>> 0;
  return (bound) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % bound;
  };
}

/** A message with a number of its own, or undefined if the world has had enough. */
export function compose({ counts, by }, how, sender, type, more) {
  if (Atomics.load(counts, MESSAGES) >= MOST_MESSAGES - 100) return undefined;
  const n = Atomics.add(counts, MESSAGES, 1);
  by[n] = sender;
  return { type, n, by: sender, how, secret: SECRET, ...more };
}

/** Sends `message` by `how`, in the way and with the patience that `dice` choose; resolves when its sender has heard of its end. */
export function send(book, address, message, how, dice, signal) {
  const refuse = () => {
    book.refused[message.n] = 1;
    message.address?.drop(); // whose it is again
  };
  const sent = sendBy(address, message, how, { timeout: [1, 5, 30, 300][dice(4)], signal }, refuse);
  // Not before: a handler that was killed may go on with addresses that were dropped meanwhile, which throw.
  book.how[message.n] = how;
  return sent;
}

function sendBy(address, message, how, options, refuse) {
  if (how === HOW.TELL || how === HOW.MANY) return void address.tell(message);
  if (how === HOW.TRY) return void (address.trySend(message).ok || refuse());
  if (how === HOW.ASK) return address.ask(message, options).then((reply) => reply?.address?.drop(), refuse);
  return address.send(message, options).then(({ ok }) => void (ok || refuse()), refuse);
}

function begin(state, { n, by, how }) {
  const { book, incarnation, slot } = state;
  if (Atomics.add(book.busy, incarnation, 1) !== 0) fault(book, 0, n);
  if (Atomics.load(book.ended, incarnation) !== 0) fault(book, 1, n);
  const begun = Atomics.add(book.begun, n, 1) + 1;
  if (how !== HOW.MANY && begun > 1 + state.retries + book.aside[n]) fault(book, 3, n);
  if (!state.isOrdered || how === HOW.MANY || by >= MOST_SLOTS) return;
  const at = slot * MOST_SLOTS + by;
  if (Atomics.exchange(book.last, at, n + 1) > n + 1) fault(book, 2, n);
  if (state.lie === "overlap") Atomics.add(book.busy, incarnation, 1);
}

function end({ book, incarnation }) {
  Atomics.sub(book.busy, incarnation, 1);
}

/** Anything that a program can throw. */
const THROWN = [
  () => new Error("planned"),
  () => "a string",
  () => undefined,
  () => null,
  () => 0,
  () => Symbol("planned"),
  () => Object.freeze({ planned: true }),
  () => Object.create(null),
  () => new Error("planned", { cause: new TypeError("deeper") }),
  () => new AggregateError([new Error("one"), 2], "planned"),
  (message) => Object.assign(new Error("planned"), { value: message }),
  () =>
    Object.defineProperty(new Error("planned"), "message", {
      get() {
        throw new Error("a getter");
      },
    }),
];

const HOWS = [HOW.TELL, HOW.TELL, HOW.TELL, HOW.TRY, HOW.SEND, HOW.ASK];

/** Sends a message to an actor of `state.peers`, or to one that came with this message, or to itself. */
function pass(context, message, dice) {
  const { state, self } = context;
  if (message.fuel === 0) return undefined;
  const how = HOWS[dice(HOWS.length)];
  const to = state.peers[dice(state.peers.length + 2)] ?? message.address ?? self;
  const given = how !== HOW.ASK && dice(4) === 0 && message.address !== undefined ? message.address.clone() : undefined;
  const next = compose(state.book, how, 1 + state.incarnation, dice(2) === 0 ? "work" : "workLater", {
    fuel: message.fuel - 1,
    address: given,
    rank: message.rank,
  });
  if (next === undefined) return given?.drop();
  return send(state.book, to, next, how, dice);
}

const AT_ONCE = [
  () => {},
  (context, message, dice) => void pass(context, message, dice),
  (context, message, dice) => void pass(context, message, dice),
  ({ timers }, _, dice) => timers.after("once", dice(5), { type: "tick" }),
  ({ timers }, _, dice) => timers.every("often", 2 + dice(5), { type: "tick" }),
  ({ timers }) => timers.cancel("often"),
  (context, message) => {
    const { state } = context;
    if (message.address === undefined || message.rank >= state.rank) return;
    context.own(message.address.clone());
  },
  (context) => void (context.state.isTop && context.own(hire(context))),
  (context) => {
    if (!context.state.isTop) return;
    const child = hire(context);
    context.watch(child, () => ({ type: "tick" }));
    child.drop();
  },
  (context, _, dice) => context.pipeToSelf(context.sleep(dice(4)), () => ({ type: "tick" })),
  (context, _, dice) => dice(12) === 0 && context.stop(),
  (context) => context.unstashAll(),
];
const LATER = [
  ...AT_ONCE,
  (context, message, dice) => pass(context, message, dice),
  (context, message, dice) => pass(context, message, dice),
  ({ sleep }, _, dice) => sleep(dice(4)),
  () => undefined,
  () => new Promise(setImmediate),
];

/** A child of this actor, in process, that has its own. */
function hire({ spawn, state }) {
  const { book, rank, lie, seed } = state;
  return spawn(attacked, {
    args: {
      book,
      lie,
      seed,
      slot: newSlot(book) % MOST_SLOTS,
      rank: rank - 0.5,
      peers: [],
      retries: 0,
      isOrdered: false,
    },
  });
}

/** Sets the message aside once in a while, but never one with an address of an actor that may hold this one. */
function setsAside(context, message, dice) {
  const { state, timers } = context;
  const isSafe = message.address === undefined || message.rank < state.rank;
  if (state.isOrdered || !isSafe || message.how === HOW.MANY || dice(12) !== 0 || state.book.aside[message.n] > 0) {
    return false;
  }
  state.book.aside[message.n]++;
  timers.after("unstash", 3, { type: "unstash" });
  context.stash();
  end(state);
  return true;
}

function panic(state, message, dice) {
  if (dice(12) !== 0) return;
  state.book.threw[message.n]++;
  throw THROWN[dice(THROWN.length)](message);
}

/** Ends with the reply: once in a while an address. */
function finish({ state }, message, dice) {
  state.book.finished[message.n]++;
  const isGiven = message.how === HOW.ASK && state.peers.length > 0 && dice(2) === 0;
  return isGiven ? { address: state.peers[0].clone() } : message.n;
}

export const attacked = actor({
  name: "attacked",
  state: ({ book, ...args }, { path }) => {
    const incarnation = Atomics.add(book.counts, INCARNATIONS, 1);
    book.onThread[incarnation] = args.isOnThread ? 1 : 0;
    if (args.failsToStart && incarnation % 5 === 0) throw new Error("no start");
    return { ...args, book, incarnation, isTop: path.split("/").length === 2 };
  },
  on: {
    work: (context, message) => {
      const { state } = context;
      begin(state, message);
      const dice = diceOf(state.seed + message.n * 7919);
      if (setsAside(context, message, dice)) return;
      try {
        for (let left = dice(3); left > 0; left--) AT_ONCE[dice(AT_ONCE.length)](context, message, dice);
        panic(state, message, dice);
        return finish(context, message, dice);
      } finally {
        message.address?.drop();
        end(state);
      }
    },
    workLater: async (context, message) => {
      const { state } = context;
      begin(state, message);
      const dice = diceOf(state.seed + message.n * 7919);
      if (setsAside(context, message, dice)) return;
      try {
        for (let left = dice(3); left > 0; left--) await LATER[dice(LATER.length)](context, message, dice);
        panic(state, message, dice);
        return finish(context, message, dice);
      } catch (error) {
        // Only its end interrupts the sleep of an incarnation.
        if (state.book.threw[message.n] === 0) state.book.threw[message.n]++;
        throw error;
      } finally {
        message.address?.drop();
        end(state);
      }
    },
    /** Ends the thread. */
    exit: ({ state }, message) => {
      begin(state, message);
      process.exit();
    },
    hang: ({ state }, message) => {
      begin(state, message);
      for (;;);
    },
    tick: ({ state }) => void Atomics.add(state.book.counts, TICKS, 1),
    unstash: (context) => {
      Atomics.add(context.state.book.counts, TICKS, 1);
      context.unstashAll();
    },
  },
  stopped: ({ state }) => {
    state.book.ended[state.incarnation] = 1;
    if (state.lie === "stale") begin(state, { n: 0, by: MOST_SLOTS, how: HOW.MANY });
  },
});
