import { closeSync, openSync } from "node:fs";
import { join, resolve } from "node:path";

export const serviceNames = ["user", "product", "order"] as const;
export type ServiceName = (typeof serviceNames)[number];

const packages = resolve(import.meta.dirname, "../../..");
const RESTART_AFTER_MS = 200;

/** One service as a child process, started again whenever it ends, until it is stopped. */
export class ServiceProcess {
  readonly name: ServiceName;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #logFile: string;
  #child: Bun.Subprocess | undefined;
  #isStopping = false;
  #supervision: Promise<void> | undefined;

  /** @param parts.logFile what the service writes is appended there */
  constructor(name: ServiceName, parts: { environment: Readonly<Record<string, string>>; logFile: string }) {
    this.name = name;
    this.#environment = parts.environment;
    this.#logFile = parts.logFile;
  }

  start(): void {
    // However this process ends in order, its services end with it.
    process.once("exit", () => this.#child?.kill("SIGKILL"));
    this.#supervision ??= this.#supervise();
  }

  /** Ends it as a crash would; it comes again by itself. */
  kill(): void {
    this.#child?.kill("SIGKILL");
  }

  /** Takes its processor time away for a while: its connections stay open, nothing is answered. */
  async freeze(milliseconds: number): Promise<void> {
    const child = this.#child;
    child?.kill("SIGSTOP");
    await Bun.sleep(milliseconds);
    child?.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child?.kill("SIGKILL");
    await this.#supervision;
  }

  async #supervise(): Promise<void> {
    while (!this.#isStopping) {
      const log = openSync(this.#logFile, "a", 0o600);
      const child = Bun.spawn([process.execPath, join(packages, `${this.name}-service`, "src", "main.ts")], {
        cwd: packages,
        env: this.#environment,
        stdin: "ignore",
        stdout: log,
        stderr: log,
      });
      this.#child = child;
      closeSync(log);
      await child.exited;
      if (!this.#isStopping) await Bun.sleep(RESTART_AFTER_MS);
    }
  }
}
