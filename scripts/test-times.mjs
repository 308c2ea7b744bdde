/**
 * A reporter for vitest: says now and then how far the tests are, and writes how long each file took to the file that
 * PNEUMATIC_TIMES names.
 */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { root } from "./setup.mjs";

const PROGRESS_MS = 15_000;

export class TestTimes {
  #files = [];
  #total = 0;
  #began = 0;
  #told = 0;

  onTestRunStart(specifications) {
    this.#total = specifications.length;
    this.#began = this.#told = performance.now();
  }

  onTestModuleEnd(module) {
    const tests = [...module.children.allTests()].map((test) => test.result().state);
    const { duration, collectDuration, setupDuration } = module.diagnostic();
    const end = performance.now();
    this.#files.push({
      path: relative(root, module.moduleId),
      project: module.project.name,
      ms: duration + collectDuration + setupDuration,
      end: end - this.#began,
      passed: tests.filter((state) => state === "passed").length,
      // A file that could not be loaded has no tests.
      failed: tests.filter((state) => state === "failed").length || Number(module.state() === "failed"),
    });
    if (end - this.#told < PROGRESS_MS) return;
    this.#told = end;
    const failed = this.#files.filter((file) => file.failed > 0).length;
    const time = `${((end - this.#began) / 1000).toFixed(0)} s`;
    process.stderr.write(`── ${this.#files.length} of ${this.#total} files, ${failed} failed, after ${time}\n`);
  }

  onTestRunEnd() {
    const { PNEUMATIC_TIMES } = process.env;
    if (PNEUMATIC_TIMES !== undefined) writeFileSync(PNEUMATIC_TIMES, JSON.stringify(this.#files));
  }
}
