/**
 * What an actor is doing, as one value, and the steps that are legal.
 *
 *     NEW ─► STARTING ─► READY ⇄ QUEUED ─► BUSY ─► AWAITING          QUEUED: something to do, waits for its turn
 *               ▲          ▲                 │         │             BUSY: its turn is on the stack
 *               │          └─────────────────┴─────────┘             AWAITING: its handler has yet to settle
 *               │                                                    DOWN: between two incarnations
 *               └── DOWN ◄── ENDING ─► STOPPED                       every phase but DOWN may go to ENDING
 *
 * The step from ENDING back to STARTING is a restart, the only one that leads back.
 */
export const NEW = 0;
export const STARTING = 1;
export const READY = 2;
export const QUEUED = 3;
export const BUSY = 4;
export const AWAITING = 5;
export const ENDING = 6;
export const DOWN = 7;
export const STOPPED = 8;
export type Phase =
  | typeof NEW
  | typeof STARTING
  | typeof READY
  | typeof QUEUED
  | typeof BUSY
  | typeof AWAITING
  | typeof ENDING
  | typeof DOWN
  | typeof STOPPED;

function bits(...phases: Phase[]): number {
  return phases.reduce<number>((mask, phase) => mask | (1 << phase), 0);
}

const NEXT: readonly number[] = [
  /* NEW */ bits(STARTING, STOPPED),
  /* STARTING */ bits(READY, ENDING),
  /* READY */ bits(QUEUED, ENDING),
  /* QUEUED */ bits(BUSY, ENDING),
  /* BUSY */ bits(READY, QUEUED, AWAITING, ENDING),
  /* AWAITING */ bits(READY, ENDING),
  /* ENDING */ bits(DOWN, STARTING, STOPPED),
  /* DOWN */ bits(STARTING, STOPPED),
  /* STOPPED */ 0,
];

/** Whether an actor may go from one phase to the next. */
export function isLegal(from: Phase, to: Phase): boolean {
  return ((NEXT[from] as number) & (1 << to)) !== 0;
}
