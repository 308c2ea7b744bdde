/**
 * Runs checks on whatever runtime this is: all of a module one after the other, or the one whose title is given. Throws at the
 * first that fails. Nothing ends the process: that it ends by itself is part of every check.
 */
const [module = "", title] = process.argv.slice(2);
const { checks } = await import(new URL(module, import.meta.url).href);

for (const check of checks) {
  if (title !== undefined && check.title !== title) continue;
  try {
    await check.run();
  } catch (error) {
    throw new Error(`${check.title}: ${error?.message ?? error}`, { cause: error });
  }
}
