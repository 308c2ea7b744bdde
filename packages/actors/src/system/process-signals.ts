/**
 * Lets signals of the process end a system: the first one shuts it down, a second one ends the process at once, as if nobody
 * listened. Listeners keep no process alive.
 */

/** The answers of a system to the first signal, and to the second. */
interface Endings {
  /** Called with the name of the signal; resolves at the end of the shutdown. */
  shutDown(signal: NodeJS.Signals): Promise<void>;
  killAll(): void;
}

/** Listens to `signals` until the system has ended, or the function that it returns is called. */
export function endOnSignals(signals: readonly NodeJS.Signals[], { shutDown, killAll }: Endings): () => void {
  let isSecond = false;
  const remove = (): void => {
    for (const signal of signals) process.off(signal, received);
  };
  const received = (signal: NodeJS.Signals): void => {
    if (isSecond) {
      remove();
      killAll();
      process.kill(process.pid, signal);
      return;
    }
    isSecond = true;
    void shutDown(signal);
  };
  for (const signal of new Set(signals)) process.on(signal, received);
  return remove;
}
