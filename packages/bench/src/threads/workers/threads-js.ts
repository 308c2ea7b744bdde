/** What threads.js runs. */
import { createRequire } from "node:module";

interface ThreadsJsWorker {
  expose(echo: (question: unknown) => unknown): void;
}

const { expose }: ThreadsJsWorker = createRequire(import.meta.url)("threads/worker");
expose((question) => question);
