/** Each program of examples/channels is what its README says: it runs by itself, prints, and ends by itself. */
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { runModule, runNode } from "../../support/node-process.ts";
import { filesBelow } from "../../support/source-files.ts";

const FOLDER = "examples/channels";
const sources = filesBelow(`${FOLDER}/src`, ".ts").filter(({ path }) => !path.endsWith("is-main.ts"));

/** What a program prints; only the lines that do not depend on how fast the machine is. */
const prints: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  "bounded-producer": [/^3 is queued\n4 waits\n {5}1 is done, 2 in the queue\n/m, / 6 is done, 0 in the queue\n$/],
  "fan-out-fan-in": ["23 letters in 5 words\n"],
  "multiple-producers": ["ann: hi\nbob: hi\nann: from\nbob: from\nann: here\nbob: here\n"],
  permit: [/^rendering page 1\n/, /^rendered [34], took 3\n$/m],
  pipeline: ["500 even squares, the last ones 992016, 996004, 1000000\n"],
  polling: ["message after step 3\nmessage after step 6\nmessage after step 9\n9 steps of work\n"],
  "prime-sieve": ["2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71\n"],
  "receive-timeout": [/nothing for 60 ms \(\d\)\nheartbeat 3\n/, /heartbeat 4\ngone\n$/],
  "request-reply": ["answer: 42\nquestion: disconnected\n3 requests served\n"],
  "select-quit": ["did the first job\ndid the second job\nended by quit, left: third\n"],
  "synchronous-channels": ["ann runs lap 1\nbob runs lap 2\nann runs lap 3\nbob runs lap 4\nann runs lap 5\n"],
  throttle: [/^(request \d after about \d+ ms\n){5}$/],
  "ui-loop": [/^> h/, /> hello_\n$/],
  "work-queue": ["shutting down: what was accepted is served first\nserved index\nserved about\nserved contact\n"],
  "worker-pool": [/^(worker [012]: the square of \d is \d+\n){5}$/, /: the square of 5 is 25$/m],
};

describe("the programs", () => {
  it.each(Object.entries(prints))("%s prints what it should and ends by itself", async (program, expected) => {
    const { code, output } = await runNode([`${FOLDER}/dist/${program}.js`]);
    for (const text of expected) {
      if (typeof text === "string") expect(output).toBe(text);
      else expect(output).toMatch(text);
    }
    expect(code).toBe(0);
  });

  it("run with their extension left out, and not when they are imported", async () => {
    expect((await runNode([`${FOLDER}/dist/prime-sieve`])).output).toMatch(/^2 3 5 7 /);
    const imported = await runModule(`await import("./${FOLDER}/dist/prime-sieve.js"); console.log("imported")`);
    expect(imported).toEqual({ code: 0, output: "imported\n" });
  });

  it("are all run here, and named in the README", () => {
    const programs = sources.map(({ path }) => basename(path, ".ts"));
    const [readme] = filesBelow(FOLDER, "README.md");
    const named = [...(readme?.text ?? "").matchAll(/^\| \[`([\w-]+)`\]\(src\/\1\.ts\)/gm)].map(([, name]) => name);
    expect(Object.keys(prints).sort()).toEqual(programs);
    expect(named.sort()).toEqual(programs);
  });

  it("say first what they show, have no cast, and are short enough to be read at a glance", () => {
    for (const { path, text } of sources) {
      expect(text.startsWith("/**"), path).toBe(true);
      expect(text.match(/^(?!.*(?:import| \*|\/\/)).*\bas (?!const\b)\w+/gm), path).toBe(null);
      expect(text.split("\n").length, path).toBeLessThan(65);
    }
  });
});
