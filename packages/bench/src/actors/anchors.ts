/** The same work in Erlang. */
import { erlangProgram } from "../runner/anchor-program.ts";
import type { Contender } from "../runner/suite.ts";

const program = erlangProgram("actors");

/** `ask-1` is `gen_server:call`; the others are plain processes. */
export function erlang(workload: string): Contender {
  return {
    name: "erlang",
    role: "anchor",
    anchor: { command: program, args: [workload], missing: "erl is not installed" },
  };
}
