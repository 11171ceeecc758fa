import { createServer } from "node:net";
import { CliError, usageError } from "../errors.ts";
import type { ServiceName } from "./layout.ts";

export const PORT_DEFAULT = 3001;
const PORT_MAX = 65_533;

/** The three ports from the first one. @throws {CliError} USAGE */
export function portsFrom(text: string | undefined, fallback: number): Record<ServiceName, number> {
  const first = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(first) || first < 1 || first > PORT_MAX)
    throw usageError(`--port must be a number from 1 to ${PORT_MAX}: the first of three.`, "ordersctl up --port 4001");
  return { user: first, product: first + 1, order: first + 2 };
}

/** @throws {CliError} naming the first port that is taken, and a way out */
export async function assertFree(ports: Readonly<Record<ServiceName, number>>, dataDir: string): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    const problem = await portProblem(port);
    if (problem === undefined) continue;
    const why = problem === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${problem})`;
    throw new CliError(`Port ${port}, which ${name}-service needs, ${why}. Nothing was started.`, {
      why: [`Data directory: ${dataDir}`],
      tries: [
        `ordersctl up --port ${ports.user + 100}`,
        `ss -ltnp | grep :${port}   (who has it; on macOS: lsof -i :${port})`,
      ],
    });
  }
}

function portProblem(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
