import { createServer } from "node:net";
import { CliError, usageError } from "../errors.ts";
import type { ServiceName, StackLayout } from "./layout.ts";

export const PORT_DEFAULT = 3001;
const PORT_MAX = 65_533;
/** How far away other ports are suggested. */
const PORT_STEP = 100;

/** The three ports from the first one. @throws {CliError} USAGE */
export function portsFrom(
  text: string | undefined,
  fallback: number,
  { option }: Pick<StackLayout, "option">,
): Record<ServiceName, number> {
  const first = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(first) || first < 1 || first > PORT_MAX) {
    const what = `--port must be a number from 1 to ${PORT_MAX}: the first of three.`;
    throw usageError(what, `ordersctl up --port 4001${option}`);
  }
  return { user: first, product: first + 1, order: first + 2 };
}

/** @throws {CliError} naming the first port that is taken, and a way out */
export async function assertFree(ports: Readonly<Record<ServiceName, number>>, layout: StackLayout): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    const problem = await portProblem(port);
    if (problem === undefined) continue;
    const isTaken = problem === "EADDRINUSE";
    const why = isTaken ? "is taken by another program" : `cannot be used (${problem})`;
    const who = `ss -ltnp | grep :${port}   (who has it; on macOS: lsof -i :${port})`;
    throw new CliError(`Port ${port}, which ${name}-service needs, ${why}. Nothing was started.`, {
      why: [`Data directory: ${layout.dataDir}`],
      tries: [upElsewhere(ports, layout), ...(isTaken ? [who] : [])],
    });
  }
}

/** The command that starts the same stack at other ports: not at those that an administrator alone may take. */
export function upElsewhere({ user }: Readonly<Record<ServiceName, number>>, { option }: StackLayout): string {
  const first = user + PORT_STEP > PORT_MAX ? user - PORT_STEP : user + PORT_STEP;
  return `ordersctl up --port ${Math.max(first, PORT_DEFAULT)}${option}`;
}

function portProblem(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
