/** Projects of users in temporary folders, with copies of the packages in node_modules, and programs that run there. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { PATIENCE_MS } from "./patience.ts";
import { root } from "./source-files.ts";

const run = promisify(execFile);
const NAMES = ["core", "actors"] as const;
/** Only these are there: what a project has not installed is not found. */
const DEPENDENCIES = ["pino", "piscina"] as const;

/** What became of an actor that was spawned by the URL of its module. */
export interface Outcome {
  /** Of `double` for 21. */
  readonly reply?: unknown;
  /** Of the cause of `address.started`. */
  readonly error?: string;
  readonly name?: string;
  readonly isTyped?: boolean;
  readonly exit?: unknown;
  /** What the log says of the failure. */
  readonly logged?: string;
}

export interface Project {
  readonly folder: string;
  /** Runs Node there, and resolves with what it has printed. */
  run(...args: string[]): Promise<string>;
  /** What becomes of the modules: files of the project, each with the export to take where that is not the default one. */
  outcomes(files: readonly string[], ...nodeArgs: string[]): Promise<ReadonlyMap<string, Outcome>>;
  [Symbol.dispose](): void;
}

/** The program of `outcomes`: each module has a thread of its own, so that none sees what another has registered. */
const DRIVER = `
  import { ActorSystem, LoadFailedError, onThread, StartFailedError } from "@pneumatic/actors";
  const lines = [];
  const logger = { level: "error", levelVal: 50, levels: { labels: {} }, isLevelEnabled: (level) => level === "error" };
  for (const level of ["trace", "debug", "info", "warn", "error", "fatal"]) logger[level] = (entry) => lines.push(entry);
  logger.child = () => logger;
  const system = new ActorSystem({ logger });
  for (const spec of process.argv.slice(2)) {
    const [file, name] = spec.split("#");
    const url = file.startsWith("data:") ? file : new URL(file, import.meta.url);
    const address = system.spawn(onThread(url, name), { thread: "dedicated" });
    const outcome = await address.started.then(
      async () => ({ reply: await address.ask({ type: "double", n: 21 }) }),
      async ({ constructor, cause }) => ({
        error: cause.message,
        name: constructor.name + ": " + cause.name,
        isTyped: constructor === StartFailedError && cause instanceof LoadFailedError,
        exit: await address.exited,
        logged: lines.at(-1)?.err?.message,
      }),
    );
    console.log(JSON.stringify([spec, outcome]));
    address.drop();
    await address.exited;
  }
`;

/** Writes `files`, and installs the packages (packed ones are test/packaging/ about) and, by link, those `others` that this workspace has. */
export function project(files: Readonly<Record<string, string>>, others: readonly string[] = []): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "project-")));
  for (const name of NAMES) {
    for (const part of ["package.json", "dist"]) {
      const place = join(folder, "node_modules", "@pneumatic", name, part);
      cpSync(join(root, "packages", name, part), place, { recursive: true });
    }
  }
  const link = (name: string, from: string): void => {
    symlinkSync(realpathSync(join(from, "node_modules", name)), join(folder, "node_modules", name), "junction");
  };
  for (const name of DEPENDENCIES) link(name, join(root, "packages", "actors"));
  for (const name of others) link(name, root);
  const all = { "package.json": JSON.stringify({ type: "module" }), "driver.mjs": DRIVER, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const node = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" };
    const { stdout } = await run(process.execPath, args, { cwd: folder, timeout: PATIENCE_MS, env });
    return stdout;
  };
  return {
    folder,
    run: node,
    outcomes: async (specs, ...nodeArgs) => {
      const stdout = await node(...nodeArgs, "driver.mjs", ...specs);
      return new Map(
        stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line)),
      );
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The URL of a file of the project, as it stands in messages. */
export function urlIn({ folder }: Project, file: string): string {
  return pathToFileURL(join(folder, file)).href;
}

/** Whether this Node runs TypeScript whose types can be stripped. */
export const stripsTypes: boolean = "typescript" in process.features && Boolean(process.features.typescript);
