/**
 * `npm run load`: how many orders a second the shop takes, and that it keeps its promises meanwhile. The shop runs in a process of
 * its own; this one is its customers (autocannon) and its payment provider, which is well, fails, hangs, and comes back.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { OrderEntry } from "../orders/order-book.ts";
import type { Behaviour } from "../provider/provider.ts";
import { Provider } from "../provider/provider.ts";

const SECONDS = Number(process.env["SECONDS"] ?? 10);
const CONNECTIONS = 50;
const EVERY_MS = 1000;

const Placed = Compile(Type.Object({ id: Type.String() }));
const Entry = Compile(OrderEntry);

/** What the provider does, a second each, over and over. */
const scenarios: Readonly<Record<string, readonly Behaviour[]>> = {
  "is well": ["ok"],
  "fails every other second": ["ok", "fail"],
  "hangs every other second": ["ok", "hang"],
};

console.log(`Node ${process.version}, ${availableParallelism()} cores, ${CONNECTIONS} connections, ${SECONDS} s each`);
console.log(
  "| the provider | orders/s | p50 ms | p99 ms | accepted | refused | lost | paid | money moved | charges sent |",
);
console.log("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
for (const [name, behaviours] of Object.entries(scenarios)) console.log(await run(name, behaviours));

async function run(name: string, behaviours: readonly Behaviour[]): Promise<string> {
  await using provider = new Provider({ latencyMs: 5 });
  const folder = await mkdtemp(join(tmpdir(), "shop-load-"));
  const env = { ...process.env, FOLDER: folder, PORT: "0", PROVIDER: await provider.listen(), GATEWAYS: "32" };
  const main = fileURLToPath(new URL("../main.js", import.meta.url));
  const shop = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(shop.stdout, "data");

  let turn = 0;
  const turns = setInterval(() => {
    provider.behaviour = behaviours[++turn % behaviours.length] ?? "ok";
  }, EVERY_MS);
  const { accepted, result } = await fire(String(line).trim());
  clearInterval(turns);
  provider.behaviour = "ok";

  let paid = await paidIn(folder);
  for (let waited = 0; paid.size < provider.moved.length || accepted.some((id) => !paid.has(id)); waited++) {
    if (waited === 120) break;
    await sleep(500);
    paid = await paidIn(folder);
  }
  shop.kill("SIGTERM");
  await once(shop, "exit");
  await rm(folder, { recursive: true });
  const lost = accepted.filter((id) => !paid.has(id)).length;
  const { latency, non2xx, duration } = result;
  const answers = [Math.round(accepted.length / duration), latency.p50, latency.p99, accepted.length, non2xx];
  return `| ${[name, ...answers, lost, paid.size, provider.moved.length, provider.requests].join(" | ")} |`;
}

/** Places orders as fast as they are answered, each under its own key. */
async function fire(url: string): Promise<{ accepted: readonly string[]; result: autocannon.Result }> {
  const accepted: string[] = [];
  const body = JSON.stringify({ card: "card_ok", items: [{ sku: "tube", quantity: 1 }] });
  const result = await autocannon({
    url: `${url}/orders`,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      {
        method: "POST",
        body,
        setupRequest: (request) => ({
          ...request,
          headers: { "content-type": "application/json", "idempotency-key": randomUUID() },
        }),
        onResponse: (status, answer) => {
          if (status === 202) accepted.push(Placed.Parse(JSON.parse(answer)).id);
        },
      },
    ],
  });
  return { accepted, result };
}

/** The orders that the journal says are paid. A line that is being written is not counted yet. */
async function paidIn(folder: string): Promise<Set<string>> {
  const lines = (await readFile(join(folder, "orders.jsonl"), "utf8")).split("\n").slice(0, -1);
  const entries = lines.map((line) => Entry.Parse(JSON.parse(line)));
  return new Set(entries.filter(({ kind }) => kind === "paid").map(({ id }) => id));
}
