/** The dashboard on a screen: what Ink writes, without a terminal, and the whole program in a process of its own. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { EMPTY } from "../../../examples/dashboard-tick/src/model.ts";
import { openTerminal } from "../../../examples/dashboard-tick/src/terminal.tsx";
import { root } from "../../support/source-files.ts";

/** On a busy machine; alone it takes 2 s. */
const MAIN = join(root, "examples/dashboard-tick/dist/main.js");

/** What a terminal of this size would get. */
function fakeTerminal(): PassThrough & { readonly writes: string[] } {
  const stream = Object.assign(new PassThrough({ encoding: "utf8" }), {
    columns: 60,
    rows: 24,
    writes: [] as string[],
  });
  stream.on("data", (text: string) => stream.writes.push(text));
  return stream;
}

describe("a terminal", () => {
  it("shows a model, one write for each, and nothing that moves its cursor", () => {
    const stdout = fakeTerminal();
    {
      using terminal = openTerminal({ stdout: stdout as never, debug: true });
      terminal.draw({ ...EMPTY, lines: 2, tail: ["\x1b[2Jcleared", "a\tb\rc"], failures: ["log: gone"] });
      expect(stdout.writes).toHaveLength(2);
    }
    const shown = stdout.writes[1] ?? "";
    expect(shown).toContain("log: 2 lines");
    expect(shown).toContain("│ cleared  ");
    expect(shown).toContain("│ a b c  ");
    expect(shown).toContain("log: gone");
    expect(shown.split("\n").length).toBeLessThan(24);
    expect(shown.includes("\x1b[2J")).toBe(false);
  });
});

interface Started {
  readonly child: ChildProcess;
  printed(pattern: RegExp, provoke?: () => void): Promise<void>;
  output(): string;
}

/** The program, with pipes where its terminal would be. `provoke` is called for each thing it prints that is not it, yet. */
function start(...args: string[]): Started {
  // Where CI is set Ink prints the last frame alone.
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, CI: "false" } });
  onTestFinished(() => void child.kill());
  let output = "";
  const printed = (pattern: RegExp, provoke: () => void = () => {}): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (pattern.test(output)) {
          child.stdout.off("data", look);
          resolve();
        } else provoke();
      };
      child.stdout.on("data", look);
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return { child, printed, output: () => output };
}

describe("the program", () => {
  it.each([
    ["the key", ({ stdin }: ChildProcess) => stdin?.write("q")],
    ["a signal", (child: ChildProcess) => child.kill("SIGTERM")],
  ])("shows files, a log and the machine, and ends by itself after %s that quits", async (_name, quit) => {
    const folder = mkdtempSync(join(tmpdir(), "dashboard-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "app.log");
    writeFileSync(path, "before\n");
    const { child, printed, output } = start("--files", folder, "--log", path);
    let tries = 0; // what happens before it watches is not seen
    await printed(/added new-\d+/, () => writeFileSync(join(folder, `new-${++tries}`), ""));
    await printed(/│ hello \d+/, () => appendFileSync(path, `hello ${++tries}\n`));
    await printed(/load +\d/);
    quit(child);
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(output()).not.toContain("│ before");
    expect(output()).toMatch(/\d+ events in \d+ frames, of which \d+ were drawn\n/);
  });

  it("refuses a frame rate that is none", async () => {
    const { child, output } = start("--fps", "many");
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect(output()).toContain('--fps is a number from 1 to 1000, not "many"');
  });
});
