/**
 * `npm run pack`: builds the packages and packs them into `packed/`, as a registry would get them. Another project on this
 * machine installs them from there.
 */
import { join } from "node:path";
import { pnpm, root, setUp, step } from "./setup.mjs";

setUp();
for (const name of ["core", "actors"]) {
  const [folder, tarball] = [join(root, "packages", name), join(root, "packed", `${name}.tgz`)];
  step(`Packing packed/${name}.tgz`, "npx", [...pnpm(), "--dir", folder, "pack", "--out", tarball], 2);
}
