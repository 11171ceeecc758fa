import { freePort } from "@pos/local-mongodb/free-port";
import { join } from "node:path";
import { ProcessGroup } from "./process.ts";
import { type Role, ROLES, type StackDescription, type Surroundings, type Urls } from "./stacks.ts";

const HEALTHY_MAX_MS = 60_000;
const POLL_MS = 5;

/** What all stacks of a run share. */
export interface Base {
  readonly mongoUri: (database: string) => string;
  readonly logFolder: string;
}

/** The services of a stack as processes, on free ports that stay the same when it starts again. */
export class RunningStack {
  readonly description: StackDescription;
  readonly urls: Urls;
  readonly #surroundings: Surroundings;
  readonly #logFolder: string;
  #groups = new Map<Role, ProcessGroup>();

  constructor(description: StackDescription, { mongoUri, logFolder }: Base) {
    this.description = description;
    this.urls = byRole(() => `http://127.0.0.1:${freePort()}`);
    const mongoUris = byRole((role) => mongoUri(`${description.name}_${role}`));
    this.#surroundings = { urls: this.urls, mongoUris };
    this.#logFolder = logFolder;
  }

  get name(): string {
    return this.description.name;
  }

  /**
   * Starts the services together.
   * @returns milliseconds until every one said that it is healthy
   */
  async start(): Promise<number> {
    const beganAt = performance.now();
    await Promise.all(ROLES.map((role) => this.#startOne(role, beganAt)));
    return performance.now() - beganAt;
  }

  /**
   * Ends one service and starts it again beside the others.
   * @returns milliseconds until it said that it is healthy
   */
  async restart(role: Role): Promise<number> {
    await this.#groups.get(role)?.stop();
    const beganAt = performance.now();
    await this.#startOne(role, beganAt);
    return performance.now() - beganAt;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.stop()));
  }

  /** Processor seconds by service since the start. */
  cpuSeconds(): Readonly<Record<Role, number>> {
    return byRole((role) => this.#groups.get(role)?.cpuSeconds() ?? 0);
  }

  /** Resident MiB by service. */
  rssMebibytes(): Readonly<Record<Role, number>> {
    return byRole((role) => this.#groups.get(role)?.rssMebibytes() ?? 0);
  }

  async #startOne(role: Role, beganAt: number): Promise<void> {
    const { command, environment, folder, name } = this.description;
    const { urls, mongoUris } = this.#surroundings;
    const logPath = join(this.#logFolder, `${name}-${role}.log`);
    const group = new ProcessGroup(command(role), {
      cwd: folder,
      logPath,
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        HOST: "127.0.0.1",
        PORT: new URL(urls[role]).port,
        MONGO_URI: mongoUris[role],
        LOG_LEVEL: "info",
        USER_SERVICE_URL: urls.user,
        PRODUCT_SERVICE_URL: urls.product,
        ORDER_SERVICE_URL: urls.order,
        ...environment(role, this.#surroundings),
      },
    });
    this.#groups.set(role, group);
    while (!(await isHealthy(urls[role]))) {
      if (group.hasExited) throw new Error(`${name}: its ${role} service ended; its log is ${logPath}`);
      if (performance.now() - beganAt > HEALTHY_MAX_MS) throw new Error(`${name}: ${role} is not healthy after 60 s`);
      await Bun.sleep(POLL_MS);
    }
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(HEALTHY_MAX_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** A value for each service. */
export function byRole<Value>(make: (role: Role) => Value): Readonly<Record<Role, Value>> {
  return { user: make("user"), product: make("product"), order: make("order") };
}
