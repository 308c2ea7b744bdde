/** The programs with producers: several of them, and one that waits. */
import { describe, expect, it } from "vitest";
import { boundedProducer } from "../../../examples/channels/src/bounded-producer.ts";
import { multipleProducers } from "../../../examples/channels/src/multiple-producers.ts";
import { flush } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";

describe("multipleProducers", () => {
  it("hears every word of every producer, each producer's in order, and ends", async () => {
    const words = numbers(50).map(String);
    const heard = await multipleProducers(["a", "b", "c"], words);
    expect(heard).toHaveLength(150);
    for (const name of ["a", "b", "c"]) {
      expect(heard.filter((message) => message.startsWith(name))).toEqual(words.map((word) => `${name}: ${word}`));
    }
  });

  it("ends at once where there is nobody, or nothing to say", async () => {
    expect(await multipleProducers([], ["hi"])).toEqual([]);
    expect(await multipleProducers(["a"], [])).toEqual([]);
  });
});

describe("boundedProducer", () => {
  it.each([0, 1, 2, 7])(
    "receives everything in order and never has more than its capacity of %i queued",
    async (capacity) => {
      const lines: string[] = [];
      const received = await boundedProducer(20, capacity, (line) => lines.push(line));
      expect(received).toEqual(numbers(20).map((n) => n + 1));
      let queued = 0;
      for (const line of lines) {
        if (line.endsWith("is queued")) queued++;
        if (line.includes("is done")) queued--;
        // One more than the capacity has left the producer: the one that the consumer is at.
        expect(queued).toBeLessThanOrEqual(capacity + 1);
      }
      expect(queued).toBe(0);
      expect(lines).toContain(`${capacity + 2} waits`);
    },
  );

  it("stops the producer when the consumer fails", async () => {
    const lines: string[] = [];
    const failing = boundedProducer(1000, 1, (line) => {
      if (line.includes("2 is done")) throw new Error("consumer failed");
      lines.push(line);
    });
    await expect(failing).rejects.toThrow("consumer failed");
    await flush();
    expect(lines.at(-1)).toMatch(/^[45] is not wanted any more$/);
  });
});
