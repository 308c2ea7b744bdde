/** The process of one contender: measures it once, tells the parent, ends. Arguments: suite, workload, contender, and `quick`. */
import { argv } from "node:process";
import { suites } from "../suites.ts";
import { measure, measureQuickly } from "./measure.ts";
import type { Outcome } from "./outcome.ts";
import { NotAvailableError, WrongResultError } from "./suite.ts";

async function outcomeOf(suiteName: string, workloadName: string, contender: string, pace: string): Promise<Outcome> {
  const suite = suites.find((candidate) => candidate.name === suiteName);
  const workload = suite?.workloads.find((candidate) => candidate.name === workloadName);
  if (workload === undefined) throw new Error(`No workload "${workloadName}" in the suite "${suiteName}"`);
  const measuring = pace === "quick" ? measureQuickly : measure;
  try {
    return { kind: "figure", figure: await measuring(await workload.prepare(contender)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof WrongResultError) return { kind: "wrong", reason };
    if (error instanceof NotAvailableError) return { kind: "absent", reason };
    return { kind: "failed", reason };
  }
}

const [suite = "", workload = "", contender = "", pace = ""] = argv.slice(2);
const outcome = await outcomeOf(suite, workload, contender, pace);
process.send?.(outcome, () => process.exit(0));
