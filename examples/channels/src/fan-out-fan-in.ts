/**
 * One source is spread over N workers, each with an output of its own, and the outputs are merged into one.
 *
 * Fan-out: the workers clone the receiver of one `mpmc` channel. Fan-in: a forwarder for each output holds a clone of
 * one sender, so the merged channel ends when the last output has. (After "Go Concurrency Patterns: Pipelines".)
 */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { mpmc, syncChannel } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** `map(value)` for every value of `source`, in any order. */
export async function fanOutFanIn<In, Out>(
  source: Iterable<In>,
  workers: number,
  map: (value: In) => Out,
): Promise<Out[]> {
  const [tx, input] = mpmc.syncChannel<In>(workers);
  const running: Promise<void>[] = [send(source, tx)];
  const outputs = Array.from({ length: workers }, () => {
    const [results, output] = syncChannel<Out>(1);
    running.push(transform(input.clone(), results, map));
    return output;
  });
  input.drop();
  const [merged, all] = syncChannel<Out>(workers);
  running.push(...outputs.map((output) => transform(output, merged.clone(), (value) => value)));
  merged.drop();
  const [values] = await Promise.all([collect(all), ...running]);
  return values;
}

async function send<T>(values: Iterable<T>, sender: SyncSender<T>): Promise<void> {
  using tx = sender;
  for (const value of values) if (!(await tx.send(value)).ok) return;
}

async function transform<In, Out>(
  input: Receiver<In>,
  output: SyncSender<Out>,
  map: (value: In) => Out,
): Promise<void> {
  using rx = input;
  using tx = output;
  for await (const value of rx) if (!(await tx.send(map(value))).ok) return;
}

async function collect<T>(input: Receiver<T>): Promise<T[]> {
  using rx = input;
  const values: T[] = [];
  for await (const value of rx) values.push(value);
  return values;
}

if (isMain(import.meta.url)) {
  const lengths = await fanOutFanIn(["many", "words", "counted", "by", "three"], 3, (word) => word.length);
  console.log(`${lengths.reduce((sum, length) => sum + length, 0)} letters in ${lengths.length} words`);
}
