import type { Checks } from "./checks.ts";
import { expect } from "./checks.ts";
import type { Engine } from "./engine.ts";
import { shell, succeeds } from "./shell.ts";

/** Images by their target in the Dockerfile, with the port that they expose. */
export const IMAGES = [
  { target: "user-service", port: 3001 },
  { target: "product-service", port: 3002 },
  { target: "order-service", port: 3003 },
  { target: "ordersctl", port: undefined },
] as const;

const TAG = "0.1.0";
const BASE = "oven/bun:1.4.5-slim";
const ABOVE_BASE_MAX_MB = 150;

export const imageOf = (target: string): string => `product-order-system/${target}:${TAG}`;

/** What each image promises: bun, an ordinary user, a root file system that may be read-only, little weight. */
export async function checkImages(engine: Engine, checks: Checks): Promise<void> {
  const baseBytes = await sizeOf(engine, BASE);
  for (const { target, port } of IMAGES) {
    const image = imageOf(target);
    const run = (...words: string[]) =>
      shell([engine, "run", "--rm", "--read-only", "--cap-drop=ALL", "--network=none", ...words]);
    await checks.check(`image ${target}`, async () => {
      const facts = JSON.parse(await shell([engine, "image", "inspect", image])) as ImageFacts[];
      const config = facts[0]?.Config;
      expect(config?.User === "1000:1000", `runs as "${config?.User}"`);
      const ports = Object.keys(config?.ExposedPorts ?? {}).join();
      expect(ports === (port === undefined ? "" : `${port}/tcp`), `exposes ${ports}`);
      expect(Array.isArray(config?.Cmd ?? config?.Entrypoint), "has no command in exec form");
      expect((await run("--entrypoint=bun", image, "--version")) === "1.4.5", "contains another bun");
      const writes = run("--entrypoint=bun", image, "-e", `require("fs").writeFileSync("/app/x", "")`);
      expect(
        await writes.then(
          () => false,
          () => true,
        ),
        "its root file system can be written",
      );
      if (port !== undefined) await refusesToStart(engine, image);
      const aboveBaseMb = ((await sizeOf(engine, image)) - baseBytes) / 1e6;
      expect(aboveBaseMb < ABOVE_BASE_MAX_MB, `${aboveBaseMb.toFixed(0)} MB above its base`);
      return `${aboveBaseMb.toFixed(1)} MB above its base of ${(baseBytes / 1e6).toFixed(0)} MB`;
    });
  }
}

interface ImageFacts {
  readonly Config?: {
    readonly User?: string;
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly Cmd?: readonly string[] | null;
    readonly Entrypoint?: readonly string[] | null;
  };
}

/** Without configuration it says what it needs and ends: the program in the image is whole. */
async function refusesToStart(engine: Engine, image: string): Promise<void> {
  const command = [engine, "run", "--rm", "--read-only", "--network=none", image];
  expect(!(await succeeds(command)), "starts without configuration");
  const said = await shell(command).catch((error: unknown) => String(error));
  expect(said.includes("MONGO_URI is required"), `says ${said.slice(0, 200)}`);
}

async function sizeOf(engine: Engine, image: string): Promise<number> {
  return Number(await shell([engine, "image", "inspect", "--format", "{{.Size}}", image]));
}
