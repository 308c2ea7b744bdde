/** The command line: opens the shop with what the environment says, and closes it on SIGINT and SIGTERM. */
import { mkdir } from "node:fs/promises";
import { ActorSystem } from "@pneumatic/actors";
import { products } from "./products.ts";
import { Provider } from "./provider/provider.ts";
import { openShop } from "./shop.ts";

const { FOLDER = "shop-data", PROVIDER, LOG_LEVEL = "info" } = process.env;

function count(name: string, preset: number): number {
  const text = process.env[name] ?? String(preset);
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${name} is a number, not "${text}"`);
}

await using provider = new Provider({ latencyMs: 20 }); // our own where none is named
await using system = new ActorSystem({ name: "shop", logLevel: LOG_LEVEL });
await mkdir(FOLDER, { recursive: true });
const { url, supervisor } = await openShop(system, {
  port: count("PORT", 3000),
  folder: FOLDER,
  products,
  provider: PROVIDER ?? (await provider.listen()),
  gateways: count("GATEWAYS", 8),
  timeoutMs: count("TIMEOUT_MS", 1000),
  coolDownMs: count("COOL_DOWN_MS", 2000),
  maxOpen: 10_000,
});
console.log(url);

const close = (): void => supervisor.drop();
process.once("SIGINT", close).once("SIGTERM", close);
const { kind } = await supervisor.exited;
process.exitCode = kind === "normal" ? 0 : 1;
