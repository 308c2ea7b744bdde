/**
 * What this version of `@pneumatic/core` may or may not export, with the shapes that the benchmarks use. Once everything is
 * there, the adapter can import it plainly and this file can go.
 */
import type { Receiver, SyncSender } from "@pneumatic/core";

export type Received = { readonly ok: true; readonly value: number } | { readonly ok: false };

export interface BatchReceiver {
  recvMany(into: number[], limit: number): Promise<number>;
}

export interface MpmcReceiver {
  recv(): Promise<Received>;
  clone(): MpmcReceiver;
  drop(): void;
}

interface Mpmc {
  syncChannel(capacity: number, options?: { readonly cooperative?: boolean }): [SyncSender<number>, MpmcReceiver];
}

type Arms = Readonly<Record<"a" | "b" | "c" | "d", Receiver<number>>>;
type Select = (arms: Arms) => Promise<{ readonly result: Received }>;
type TrySelect = (arms: Arms) => { readonly result: Received } | undefined;
type Oneshot = () => [{ send(value: number): unknown }, { recv(): Promise<Received> }];

export function selectOf(core: object): Select | undefined {
  const found: unknown = Reflect.get(core, "select");
  return isFunction<Select>(found) ? found : undefined;
}

export function trySelectOf(core: object): TrySelect | undefined {
  const found: unknown = Reflect.get(core, "trySelect");
  return isFunction<TrySelect>(found) ? found : undefined;
}

export function oneshotOf(core: object): Oneshot | undefined {
  const found: unknown = Reflect.get(core, "oneshot");
  return isFunction<Oneshot>(found) ? found : undefined;
}

export function mpmcOf(core: object): Mpmc | undefined {
  const found: unknown = Reflect.get(core, "mpmc");
  return isMpmc(found) ? found : undefined;
}

export function isBatchReceiver(receiver: object): receiver is BatchReceiver {
  return "recvMany" in receiver && typeof receiver.recvMany === "function";
}

function isFunction<F>(value: unknown): value is F {
  return typeof value === "function";
}

function isMpmc(value: unknown): value is Mpmc {
  return typeof value === "object" && value !== null && "syncChannel" in value;
}
