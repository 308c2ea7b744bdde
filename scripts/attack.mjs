/**
 * `npm run attack`: plays random worlds (test/support/attack-world.mjs) for a minute, and fails if one of them breaks a promise. It
 * prints the seed and the number of that world.
 *
 *     npm run attack -- --seconds 3600       an hour
 *     npm run attack -- --worlds 100         so many worlds, however long they take
 *     npm run attack -- --seed 7             the worlds of that seed
 *     npm run attack -- --seed 7 --world 12  one of them, to see it again
 *     npm run attack -- --lie lost           a world that lies, which must fail
 *
 * Real time and threads decide the order of what happens in a world, so that a seed may need a few tries.
 */
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { attack, LIES } from "../test/support/attack-world.mjs";

/** One world of so many uses threads, which take long to start. */
const WORLDS_FOR_ONE_WITH_THREADS = 10;
const WORLDS_BETWEEN_SAMPLES = 50;
/** More than the heap of a fair run wavers by. */
const MOST_GROWTH_BYTES = 16 * 2 ** 20;
const PATIENCE_MS = 60_000;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
    worlds: { type: "string", default: "Infinity" },
    world: { type: "string" },
    lie: { type: "string" },
  },
});
if (values.lie !== undefined && !LIES.includes(values.lie)) throw new Error(`--lie is one of ${LIES.join(", ")}`);

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
const seed = Number(values.seed);
const first = Number(values.world ?? 0);
const most = values.world === undefined ? Number(values.worlds) : 1;
const deadline = performance.now() + 1000 * Number(values.seconds);
const total = { worlds: 0, messages: 0, asks: 0, kills: 0, losses: 0, incarnations: 0, violations: 0 };
const resources = resourcesInUse();
let heapBefore;

for (let number = first; total.worlds < most; number++) {
  if (values.world === undefined && performance.now() > deadline) break;
  const { violations, ...seen } = await attack({
    seed: seed * 1_000_003 + number,
    hasThreads: number % WORLDS_FOR_ONE_WITH_THREADS === WORLDS_FOR_ONE_WITH_THREADS - 1,
    lie: values.lie,
    patienceMs: values.lie === undefined ? PATIENCE_MS : 3000,
  });
  total.worlds++;
  for (const [what, count] of Object.entries(seen)) total[what] += count;
  violations.push(...(await leftOver(number)));
  for (const violation of violations) console.log(`--seed ${seed} --world ${number}: ${violation}`);
  total.violations += violations.length;
}

console.log(
  `${total.worlds} worlds of seed ${seed}: ${total.messages} messages, ${total.asks} asks of the driver, ${total.kills} stops and kills, ` +
    `${total.losses} threads lost, ${total.incarnations} incarnations; ${total.violations} violations`,
);
// No process.exit: this process must end by itself.
process.exitCode = total.violations === 0 ? 0 : 1;

/** What a world has left: timers and handles at once, memory over many worlds. */
async function leftOver(number) {
  const left = [];
  const late = performance.now() + 10_000;
  while (resourcesInUse() > resources && performance.now() < late) await new Promise(setImmediate);
  if (resourcesInUse() > resources) left.push(`it left ${process.getActiveResourcesInfo().join(", ")}`);
  if ((number - first) % WORLDS_BETWEEN_SAMPLES !== WORLDS_BETWEEN_SAMPLES - 1) return left;
  for (let round = 0; round < 4; round++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  const { heapUsed } = process.memoryUsage();
  heapBefore ??= heapUsed;
  if (heapUsed > heapBefore + MOST_GROWTH_BYTES) left.push(`the heap grew from ${heapBefore} to ${heapUsed} bytes`);
  return left;
}

function resourcesInUse() {
  return process.getActiveResourcesInfo().filter((name) => name !== "Immediate").length;
}
