/** What random-world.mjs exports. */
import type { TestSystem } from "@pneumatic/actors/testing";

export function play(system: TestSystem, number: number, note?: (what: string) => void): Promise<void>;
export function digestOf(number: number, seed: number, between?: () => void): Promise<string>;
