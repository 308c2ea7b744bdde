/** A machine that is busy with something else. */
import { spawn } from "node:child_process";

/** Ends with the process that has started it, however that ends. */
const SPIN = "const { ppid } = process; while (process.ppid === ppid);";

/** Keeps every processor busy with `count` processes that spin, until disposed. */
export function busyMachine(count = 8): Disposable {
  const spinners = Array.from({ length: count }, () => spawn(process.execPath, ["--eval", SPIN], { stdio: "ignore" }));
  return {
    [Symbol.dispose]: () => {
      for (const spinner of spinners) spinner.kill("SIGKILL");
    },
  };
}
