/** Everything that can be an arm of a select and receives what is sent, for the tests of what all of them promise. */
import type { Receiver, SelectArm } from "@pneumatic/core";
import { mpmc, oneshot } from "@pneumatic/core";
import type { EitherSender } from "./flavors.ts";
import { FLAVORS } from "./flavors.ts";

export interface OpenArm {
  readonly receiver: SelectArm;
  /** Sends one value, which need not be taken at once. */
  send(value: number): unknown;
  /** Drops the sender. */
  disconnect(): void;
}

export interface ArmKind {
  readonly name: string;
  open(): OpenArm;
}

function ofChannel(name: string, open: () => readonly [EitherSender<number>, Receiver<number>]): ArmKind {
  return {
    name,
    open: () => {
      const [tx, receiver] = open();
      return { receiver, send: (value) => tx.send(value), disconnect: () => tx.drop() };
    },
  };
}

const ONESHOT: ArmKind = {
  name: "oneshot",
  open: () => {
    const [tx, receiver] = oneshot<number>();
    return { receiver, send: (value) => tx.send(value), disconnect: () => tx.drop() };
  },
};

/** The arms that can receive many values. */
export const CHANNEL_ARMS: readonly ArmKind[] = [
  ...FLAVORS.map(({ name, open }) => ofChannel(name, () => open<number>())),
  ofChannel("mpmc, unbounded", () => mpmc.channel<number>()),
  ofChannel("mpmc, bounded to 1", () => mpmc.syncChannel<number>(1)),
  ofChannel("mpmc, rendezvous", () => mpmc.syncChannel<number>(0)),
];

export const ARMS: readonly ArmKind[] = [...CHANNEL_ARMS, ONESHOT];
