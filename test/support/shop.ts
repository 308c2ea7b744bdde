/** Opens the shop in this process or in one of its own, against a provider that the test has in its hands. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ActorSystem } from "@pneumatic/actors";
import { pino } from "pino";
import { products } from "../../examples/shop/src/products.ts";
import type { Order, Product } from "../../examples/shop/src/protocols.ts";
import { openShop } from "../../examples/shop/src/shop.ts";
import { PATIENCE_MS } from "./patience.ts";
import { root } from "./source-files.ts";

const MAIN = join(root, "examples", "shop", "dist", "main.js");
const TIMEOUT_MS = 200;
const COOL_DOWN_MS = 200;

export interface ShopProcess {
  readonly url: string;
  /** Sends a signal; resolves to the exit code, which is null when the signal was the end. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface ShopHere extends AsyncDisposable {
  readonly url: string;
  /** What it has logged, as lines of JSON. */
  readonly log: readonly string[];
}

/** A folder for journals; removed by `dispose`. */
export function journalFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "shop-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Opens the shop in this process; `dispose` closes it and waits until it is. */
export async function shopHere(folder: string, provider: string): Promise<ShopHere> {
  const log: string[] = [];
  const logger = pino({ level: "info" }, { write: (line) => void log.push(line) });
  const system = new ActorSystem({ name: "shop", logger });
  const limits = { gateways: 8, timeoutMs: TIMEOUT_MS, coolDownMs: COOL_DOWN_MS, maxOpen: 1000 };
  const { url, supervisor } = await openShop(system, { port: 0, folder, products, provider, ...limits });
  const close = async (): Promise<void> => {
    supervisor.drop();
    await supervisor.exited;
    await system.shutdown();
  };
  return { url, log, [Symbol.asyncDispose]: close };
}

/** Opens the shop as its users do, in a process of its own. */
export async function shopProcess(folder: string, provider: string): Promise<ShopProcess> {
  const limits = { TIMEOUT_MS: String(TIMEOUT_MS), COOL_DOWN_MS: String(COOL_DOWN_MS) };
  const env = { ...process.env, FOLDER: folder, PROVIDER: provider, PORT: "0", LOG_LEVEL: "silent", ...limits };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"], timeout: PATIENCE_MS });
  const exit = once(child, "exit");
  const [line] = await Promise.race([once(child.stdout, "data"), exit]);
  if (child.exitCode !== null) throw new Error(`the shop did not open: exit code ${child.exitCode}`);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await exit)[0];
  };
  return { url: String(line).trim(), end };
}

export interface Answer {
  readonly status: number;
  readonly body: { readonly id: string; readonly status: string; readonly kind: string; readonly message: string };
}

/** Places an order of one tube, as a customer does. */
export async function place(
  url: string,
  order: { key?: string; card?: string; items?: unknown } = {},
): Promise<Answer> {
  const { key = randomUUID(), card = "card_ok", items = [{ sku: "tube", quantity: 1 }] } = order;
  const headers = { "content-type": "application/json", "idempotency-key": key };
  const response = await fetch(`${url}/orders`, { method: "POST", headers, body: JSON.stringify({ card, items }) });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

/** Places so many orders at a time, and resolves to the ids of those that were accepted. */
export async function placeMany(url: string, count: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => place(url)));
  return answers.filter(({ status }) => status === 202).map(({ body }) => body.id);
}

/** Asks for one order after the other until it is paid or declined. */
export async function settled(url: string, ids: readonly string[]): Promise<string[]> {
  const ends: string[] = [];
  for (const id of ids) {
    let status = "placed";
    while (status === "placed") ({ status } = (await (await fetch(`${url}/orders/${id}`)).json()) as Order);
    ends.push(status);
  }
  return ends;
}

export async function quantityOf(url: string, sku: string): Promise<number> {
  const found = (await (await fetch(`${url}/products`)).json()) as Product[];
  return found.find((product) => product.sku === sku)?.quantity ?? Number.NaN;
}

/** The ids of the orders that a journal has as such. */
export function journaled(folder: string, kind: "placed" | "paid" | "declined"): string[] {
  const lines = readFileSync(join(folder, "orders.jsonl"), "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line)).flatMap((entry) => (entry.kind === kind ? [entry.id] : []));
}
