/** Why a module of an actor could not be used, and what its author can do about it, in words. */
import { version } from "node:process";
import { RemoteDefinition } from "../../runtime-definition.ts";
import { textOf } from "../../wording.ts";
import { exists, isTypeScript, outputOf, sourceUrlOf } from "./module-file.ts";

/** A URL in a message: of one that is the code itself, the beginning. */
export function shortUrl(url: string): string {
  return url.startsWith("data:") && url.length > 60 ? `${url.slice(0, 60)}…` : url;
}

const TSX = "install tsx (npm install --save-dev tsx), which is found by itself";

/** `source` is the file that `url` stands for; `error` is what its import failed with. */
export function whyNotLoaded(error: unknown, url: string, source: string): string {
  if (!exists(source)) return whyMissing(url);
  if (url.startsWith("data:video/mp2t;"))
    return "a bundler has taken the TypeScript file for a video and put it here as it is. Write .js in its URL, make the module an entry point of its own, and build for Node (vite: build.ssr)";
  const {
    code,
    url: missing,
    message = textOf(error),
  } = Object(error) as Partial<Record<"code" | "url" | "message", string>>;
  switch (code) {
    case "ERR_UNKNOWN_FILE_EXTENSION":
      if (!/"\.[cm]?[jt]sx?"/.test(message)) return message;
      return `Node ${version} does not load it as it is (${message}). Use Node 22.18 or later, ${TSX}, or build it and pass the URL of the .js file`;
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return `Node strips types, but transforms no enums, parameter properties and the like (${message}). Set erasableSyntaxOnly in tsconfig.json to do without, or ${TSX}`;
    case "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING":
      return `Node loads no TypeScript from installed packages. Publish what was built from it, or ${TSX}`;
    case "ERR_MODULE_NOT_FOUND":
      if (missing === undefined || sourceUrlOf(missing) === missing) return message;
      return `${message}, but its source is there. Node resolves imports as they are written: import "./x.ts" (TypeScript: rewriteRelativeImportExtensions), or ${TSX}`;
  }
  if (error instanceof SyntaxError && /import statement outside a module|token 'export'/.test(message))
    return `it is an ES module in a CommonJS package (${message}). Set "type": "module" in its package.json, or name it ${isTypeScript(source) ? ".mts" : ".mjs"}`;
  return textOf(error);
}

function whyMissing(url: string): string {
  const built = outputOf(url);
  if (built !== undefined)
    return `there is no such file; what was built from it is ${built}. Pass new URL("./x.js", import.meta.url), which stands for x.ts as long as nothing was built`;
  return "there is no such file. It is looked for next to the file that has `import.meta.url` in it: when that was bundled, the actor's module is an entry point of the bundler, too";
}

/** Why export `name` of a module is no definition. */
export function noDefinition(exports: Readonly<Record<string, unknown>>, name: string): string {
  const names = Object.keys(exports).filter((each) => each !== "__esModule" && each !== "module.exports");
  const list = names.length === 0 ? "nothing" : names.map((each) => JSON.stringify(each)).join(", ");
  if (!Object.hasOwn(exports, name)) {
    const how = name === "default" ? "Write export default actor({ … })" : "Export the definition under that name";
    return `it has no export "${name}"; it exports ${list}. ${how}, or name another one: onThread(url, "name")`;
  }
  const found = exports[name];
  if (found instanceof RemoteDefinition)
    return `its export "${name}" is what onThread() has made. Export the actor itself, which actor() or implement() has made`;
  const what = found === null ? "null" : found instanceof Promise ? "a promise" : `of type ${typeof found}`;
  return `its export "${name}" is ${what}, and not what actor() or implement() has made. It exports ${list}`;
}
