import { createServer, type Server } from "node:net";

/** Below those that Linux, macOS and Windows give to whoever listens anywhere or connects: nobody gets one by chance. */
const FIRST = 20_000;
const COUNT = 10_000;

/** A port of 127.0.0.1 that nobody listens on now; services keep theirs over restarts. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Several of them; held together until all are found, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = new Map<number, Server>();
  try {
    while (held.size < count) {
      const port = FIRST + Math.floor(Math.random() * COUNT);
      const server = await listening(port);
      if (server !== undefined) held.set(port, server);
    }
    return [...held.keys()];
  } finally {
    await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** Undefined when somebody else listens there. */
function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}
