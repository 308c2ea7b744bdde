/**
 * A server waits for requests and for the word to stop, whichever comes first.
 *
 * `select` takes from exactly one of its receivers. A channel that carries nothing is enough to say "stop": to drop its
 * sender is the message, and whoever holds it can be gone for any reason. `biased` makes stopping win over a busy channel.
 * (After the `select` with a quit channel of A Tour of Go.)
 */
import type { Receiver } from "@pneumatic/core";
import { channel, select } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** Handles jobs until `quit` disconnects or the jobs end. Returns which it was, and what was left undone. */
export async function serveUntilQuit<Job>(
  jobs: Receiver<Job>,
  quit: Receiver<never>,
  handle: (job: Job) => void,
): Promise<{ readonly ended: "quit" | "job"; readonly left: Job[] }> {
  using job = jobs;
  using stop = quit;
  for (;;) {
    const { arm, result } = await select({ quit: stop, job }, { biased: true });
    if (!result.ok) return { ended: arm, left: job.drain() };
    handle(result.value);
  }
}

if (isMain(import.meta.url)) {
  const [jobs, rx] = channel<string>();
  const [quit, stop] = channel<never>();
  jobs.send("first");
  jobs.send("second");
  jobs.send("third");
  const { ended, left } = await serveUntilQuit(rx, stop, (job) => {
    console.log(`did the ${job} job`);
    if (job === "second") quit.drop();
  });
  jobs.drop();
  console.log(`ended by ${ended}, left: ${left.join(", ")}`);
}
