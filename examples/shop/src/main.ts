/** The command line: opens the shop with what the environment says, and closes it on SIGINT and SIGTERM. */
import { mkdir } from "node:fs/promises";
import { ActorSystem } from "@pneumatic/actors";
import { products } from "./products.ts";
import { Provider } from "./provider/provider.ts";
import { openShop } from "./shop.ts";

const { PORT = "3000", FOLDER = "shop-data", PROVIDER, LOG_LEVEL = "info" } = process.env;
const { GATEWAYS = "8", TIMEOUT_MS = "1000", COOL_DOWN_MS = "2000" } = process.env;

await using provider = new Provider({ latencyMs: 20 }); // our own where none is named
await using system = new ActorSystem({ name: "shop", logLevel: LOG_LEVEL });
await mkdir(FOLDER, { recursive: true });
const { url, supervisor } = await openShop(system, {
  port: Number(PORT),
  folder: FOLDER,
  products,
  provider: PROVIDER ?? (await provider.listen()),
  gateways: Number(GATEWAYS),
  timeoutMs: Number(TIMEOUT_MS),
  coolDownMs: Number(COOL_DOWN_MS),
  maxOpen: 10_000,
});
console.log(url);

const close = (): void => supervisor.drop();
process.once("SIGINT", close).once("SIGTERM", close);
const { kind } = await supervisor.exited;
process.exitCode = kind === "normal" ? 0 : 1;
