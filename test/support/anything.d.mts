/** What anything.mjs exports. */
export const ANYTHING: Readonly<Record<string, () => unknown>>;
