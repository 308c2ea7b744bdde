/** The program: starts the service, says where, and closes it on Ctrl-C. With its last actor the process ends. */
import { ActorSystem } from "@pneumatic/actors";
import { startService } from "./service.ts";

await using system = new ActorSystem({ name: "starter" });
const service = await startService(system, { port: Number(process.env["PORT"] ?? 3000), requestsPerMinute: 60 });
console.log(`${service.url}/360360`);
const close = (): void => service[Symbol.dispose]();
process.once("SIGINT", close).once("SIGTERM", close);
await system.terminated;
console.log("closed");
