/** The wires by name. Each is loaded in the processes that measure it, and nowhere else. */
import type { Medium } from "./wires/wire.ts";

const pneumatic = () => import("./wires/pneumatic.ts");
const messageChannel = () => import("./wires/message-channel.ts");

const MEDIA = {
  pneumatic: async () => pneumatic().then(({ unbounded, takingAll }) => unbounded(takingAll)),
  "pneumatic for await": async () => pneumatic().then(({ unbounded, iterating }) => unbounded(iterating)),
  "pneumatic syncChannel(1024)": async () => pneumatic().then(({ bounded, takingAll }) => bounded(1024, takingAll)),
  "raw MessageChannel": async () => messageChannel().then(({ raw }) => raw),
  "batches of 64": async () => messageChannel().then(({ batched }) => batched(64)),
  "batches of 1024": async () => messageChannel().then(({ batched }) => batched(1024)),
} satisfies Record<string, () => Promise<Medium>>;

export type MediumName = keyof typeof MEDIA;

export function isMedium(name: string): name is MediumName {
  return Object.hasOwn(MEDIA, name);
}

export function loadMedium(name: MediumName): Promise<Medium> {
  return MEDIA[name]();
}

/** The packages behind the names. */
export const PACKAGES: readonly string[] = [
  "@pneumatic/actors",
  "@pneumatic/core",
  "comlink",
  "piscina",
  "threads",
  "tinypool",
  "workerpool",
];
