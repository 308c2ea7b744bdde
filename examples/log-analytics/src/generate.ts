/** Writes a log to work on: `npm run generate -- big.log 1000` makes one of 1,000 MB. */
import { generateLog } from "./generate-log.ts";

const [file, megabytes] = process.argv.slice(2);
if (file === undefined || !(Number(megabytes) > 0)) {
  console.error("Usage: npm run generate -- file megabytes");
  process.exitCode = 1;
} else {
  await generateLog(file, Number(megabytes) * 1e6);
}
