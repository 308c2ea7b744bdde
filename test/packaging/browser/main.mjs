/** The page: runs each check, one after the other, and reports them by title. */
import { checks } from "./checks.mjs";

const LIMIT_MS = 10_000;

async function outcome({ run }) {
  let limit;
  const late = new Promise((_, reject) => {
    limit = setTimeout(() => reject(new Error(`did not end within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([run(), late]);
    return "passed";
  } catch (error) {
    return String(error?.message ?? error);
  } finally {
    clearTimeout(limit);
  }
}

const report = {};
for (const check of checks) report[check.title] = await outcome(check);
globalThis.report(report);
