import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "./engine.ts";
import { shell } from "./shell.ts";
import type { Urls } from "./workload.ts";

const PORT_VARIABLES = [
  "USER_SERVICE_PORT",
  "PRODUCT_SERVICE_PORT",
  "ORDER_SERVICE_PORT",
  "MONGODB_USER_PORT",
  "MONGODB_PRODUCT_PORT",
  "MONGODB_ORDER_PORT",
] as const;

/** A compose stack of its own: project, secrets and ports are nobody else's. */
export class ComposeStack {
  readonly engine: Engine;
  readonly project = `pos-verify-${process.pid}`;
  readonly urls: Urls;
  readonly envFile: string;
  /** Goes with the stack. */
  readonly folder: string;
  readonly #root: string;

  private constructor(parts: { engine: Engine; root: string; folder: string; envFile: string; urls: Urls }) {
    this.engine = parts.engine;
    this.#root = parts.root;
    this.folder = parts.folder;
    this.envFile = parts.envFile;
    this.urls = parts.urls;
  }

  static async prepare(engine: Engine, root: string): Promise<ComposeStack> {
    const folder = await mkdtemp(join(tmpdir(), "pos-compose-"));
    const envFile = join(folder, ".env");
    await shell([process.execPath, "cli/src/main.ts", "compose", "env", "--env-file", envFile], { cwd: root });
    const ports = await freePorts(PORT_VARIABLES.length);
    await appendFile(envFile, PORT_VARIABLES.map((name, index) => `${name}=${ports[index]}\n`).join(""));
    const url = (index: number) => `http://127.0.0.1:${ports[index]}`;
    return new ComposeStack({
      engine,
      root,
      folder,
      envFile,
      urls: { userUrl: url(0), productUrl: url(1), orderUrl: url(2) },
    });
  }

  /** `ordersctl compose …` for this stack. */
  compose(...words: string[]): Promise<string> {
    const options = ["--project", this.project, "--env-file", this.envFile];
    return this.ordersctl(["compose", ...words, ...options]);
  }

  /** ordersctl with a home of its own, pointed at this stack. Answers what it prints to standard output. */
  ordersctl(words: readonly string[], input?: string): Promise<string> {
    const { userUrl, productUrl, orderUrl } = this.urls;
    const urls = ["--user-url", userUrl, "--product-url", productUrl, "--order-url", orderUrl];
    return shell([process.execPath, "cli/src/main.ts", ...words, ...urls], {
      cwd: this.#root,
      env: { XDG_CONFIG_HOME: this.folder, NO_COLOR: "1" },
      ...(input === undefined ? {} : { input }),
    });
  }

  /** The name that the engine gave to the container of a service. */
  async container(service: string): Promise<string> {
    const names = await shell([this.engine, "ps", "--all", "--format", "{{.Names}}"]);
    const found = names.split("\n").find((name) => new RegExp(`^${this.project}[-_]${service}[-_]1$`).test(name));
    if (found === undefined) throw new Error(`there is no container of ${service}`);
    return found;
  }

  async administrator(): Promise<{ email: string; password: string }> {
    const text = await readFile(this.envFile, "utf8");
    const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1] ?? "";
    return { email: value("ADMIN_EMAIL"), password: value("ADMIN_PASSWORD") };
  }

  /** Takes everything away. */
  async remove(): Promise<void> {
    await this.compose("down", "--volumes", "--yes");
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Ports that nobody listens on; held together until all are found, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
