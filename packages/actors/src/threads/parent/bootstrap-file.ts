/** Finds the code that a thread begins with: beside the code of the workers, unless a bundler has moved this file. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LoadFailedError } from "../../errors.ts";

/** Not written into the call, where a bundler would find it and copy that file alone. */
const BOOTSTRAP = "../worker/bootstrap.cjs";

/** Throws {@link LoadFailedError} when it is not there. */
export function bootstrapFile(): string {
  const here: unknown = import.meta.url; // a bundle of CommonJS has none
  const url = typeof here === "string" ? new URL(BOOTSTRAP, here).href : BOOTSTRAP;
  if (url.startsWith("file:") && existsSync(new URL(url))) return fileURLToPath(url);
  throw new LoadFailedError(
    `Cannot start a thread: ${url} is missing, since @pneumatic/actors was bundled. Leave it out of the bundle and install it with the program: --external:@pneumatic/actors for esbuild, external: ["@pneumatic/actors"] for rolldown, rollup and vite's ssr`,
    url,
  );
}
