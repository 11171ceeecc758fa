import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { shell, succeeds } from "./shell.ts";

/** What runs containers on this machine. */
export type Engine = "docker" | "podman";

/** The images that compose.yaml and the Dockerfile name. */
const BASE_IMAGES = ["oven/bun:1.4.5-slim", "mongo:8.0"];

/**
 * Docker where its engine answers; else podman, with what a bare Debian machine lacks installed by the script beside
 * the project's folder.
 * @returns undefined where neither is to be had, with the reason
 */
export async function provideEngine(root: string): Promise<{ engine: Engine } | { engine: undefined; reason: string }> {
  if ((await succeeds(["docker", "info"])) && (await succeeds(["docker", "compose", "version"])))
    return { engine: "docker" };
  const prepare = resolve(root, "../shared/containers/prepare");
  if (existsSync(prepare) && process.getuid?.() === 0 && Bun.which("apt-get") !== null) {
    // Debian guards its own Python packages; podman-compose goes beside them.
    await shell([prepare, ...BASE_IMAGES], { env: { PIP_BREAK_SYSTEM_PACKAGES: "1" } });
    // A build in a container that may not make namespaces.
    process.env["BUILDAH_ISOLATION"] ??= "chroot";
  }
  if ((await succeeds(["podman", "info"])) && (await succeeds(["podman-compose", "--version"])))
    return { engine: "podman" };
  return { engine: undefined, reason: "neither Docker with its compose plugin nor podman with podman-compose is here" };
}

/** Ends the first process of a container as a crash would; the engine's own `kill` would count as a wish to stop it. */
export async function crash(engine: Engine, container: string): Promise<void> {
  const pid = await shell([engine, "inspect", "--format", "{{.State.Pid}}", container]);
  if (!(Number(pid) > 1)) throw new Error(`${container} does not run`);
  if (process.getuid?.() === 0) return void process.kill(Number(pid), "SIGKILL");
  const kill = `process.kill(${pid}, "SIGKILL")`;
  await shell([
    engine,
    "run",
    "--rm",
    "--privileged",
    "--pid=host",
    "--user=0",
    BASE_IMAGES[0] ?? "",
    "bun",
    "-e",
    kill,
  ]);
}
