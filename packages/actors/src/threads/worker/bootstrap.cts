/**
 * What Piscina loads on a thread. It is CommonJS because Piscina tries `require` first, and Node 20 aborts the whole process
 * when a thread is terminated while it requires an ES module; `import` has no such fault.
 */
const bootstrap = async (task: unknown): Promise<void> => {
  const { default: host } = await import("./entry.ts");
  await host(task as Parameters<typeof host>[0]);
};

module.exports = bootstrap;
