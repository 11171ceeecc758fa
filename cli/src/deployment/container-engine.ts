import { existsSync } from "node:fs";
import type { Io } from "../io.ts";

/** How images are built and compose files run on this machine. */
export interface ContainerEngine {
  readonly name: "docker" | "podman";
  /** The command that understands `up`, `down`, `ps`. */
  readonly compose: readonly string[];
}

/** Images of compose.yaml and k8s/, by their target in the Dockerfile. */
export const IMAGE_TARGETS = ["user-service", "product-service", "order-service", "ordersctl"] as const;
const IMAGE_TAG = "0.1.0";

export const imageOf = (target: string): string => `product-order-system/${target}:${IMAGE_TAG}`;

/** Docker with its compose plugin where its engine answers, else podman with podman-compose, else undefined. */
export async function findContainerEngine(env: Io["env"]): Promise<ContainerEngine | undefined> {
  const works = (...command: readonly string[]): Promise<boolean> => succeeds(command, env);
  if ((await works("docker", "info")) && (await works("docker", "compose", "version")))
    return { name: "docker", compose: ["docker", "compose"] };
  if ((await works("podman", "--version")) && (await works("podman-compose", "--version")))
    return { name: "podman", compose: ["podman-compose"] };
  return undefined;
}

/** The command that builds one image from the folder it runs in. Extra certificate authorities of this machine are lent to the build. */
export function buildCommand(
  engine: ContainerEngine,
  target: string,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const authorities = environment["NODE_EXTRA_CA_CERTS"];
  const trust =
    authorities !== undefined && existsSync(authorities)
      ? ["--secret", `id=ca,src=${authorities}`, "--build-arg", "NODE_EXTRA_CA_CERTS=/run/secrets/ca"]
      : [];
  const format = engine.name === "podman" ? ["--format", "docker"] : [];
  return [engine.name, "build", "--quiet", ...format, ...trust, "--target", target, "--tag", imageOf(target), "."];
}

async function succeeds([program = "", ...words]: readonly string[], env: Io["env"]): Promise<boolean> {
  const path = Bun.which(program, { PATH: env["PATH"] ?? "" });
  if (path === null) return false;
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const child = Bun.spawn([path, ...words], { ...quiet, env: { ...env }, timeout: 20_000 });
  return (await child.exited) === 0;
}
