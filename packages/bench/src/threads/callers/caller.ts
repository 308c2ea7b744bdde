/** Questions to one worker that answers with what it was asked. */
import type { Small } from "../messages.ts";

export type Call = (question: Small) => Promise<Small>;

/** Starts the worker, which is one thread. */
export type OpenCaller = () => Call | Promise<Call>;
