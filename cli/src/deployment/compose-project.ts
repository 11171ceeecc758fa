import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CliError, usageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { type ContainerEngine, findContainerEngine } from "./container-engine.ts";

/** Where the compose file is and which stack is meant. */
export interface ComposeProject {
  readonly folder: string;
  /** Absolute. */
  readonly envFile: string;
  /** Two projects on one machine need ports of their own in their .env. */
  readonly name: string;
}

/** What every verb of `compose` takes. */
export interface ProjectOptions {
  readonly project?: string;
  readonly envFile?: string;
}

/**
 * The compose file of the folder the command runs in, else of this checkout.
 * @throws {CliError} when there is none
 */
export function composeProject(options: ProjectOptions, cwd: string): ComposeProject {
  const folders = [cwd, resolve(import.meta.dirname, "../../..")];
  const folder = folders.find((candidate) => existsSync(join(candidate, "compose.yaml")));
  if (folder === undefined)
    throw usageError("There is no compose.yaml here.", "run this in a checkout of the repository");
  const name = options.project ?? "product-order-system";
  if (!/^[a-z0-9][a-z0-9_-]{0,40}$/.test(name))
    throw usageError(`"${name}" is not a project name: use lower-case letters, digits, - and _.`);
  return { folder, name, envFile: resolve(cwd, options.envFile ?? join(folder, ".env")) };
}

/** @throws {CliError} when this machine runs no containers */
export async function requireContainerEngine(env: Io["env"]): Promise<ContainerEngine> {
  const engine = await findContainerEngine(env);
  if (engine) return engine;
  throw new CliError("There is no container engine on this machine.", {
    why: ["Neither Docker with its compose plugin nor podman with podman-compose responds."],
    tries: ["start Docker", "ordersctl up   (does not need containers)"],
  });
}

/** `docker compose …` for this project. */
export function composeCommand(engine: ContainerEngine, project: ComposeProject, words: readonly string[]): string[] {
  return [...engine.compose, "--project-name", project.name, "--env-file", project.envFile, ...words];
}

/** The variables of an .env file; quotes around a value are taken off. Empty when there is none. */
export async function readEnvFile(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path, "utf8").catch(() => "");
  const entries = text.split("\n").flatMap((line) => {
    const found = /^\s*([A-Za-z_]\w*)=(.*?)\s*$/.exec(line);
    return found ? [[found[1] ?? "", (found[2] ?? "").replace(/^(['"])(.*)\1$/, "$2")]] : [];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}
