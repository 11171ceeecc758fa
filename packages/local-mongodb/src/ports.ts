import { connect, createServer } from "node:net";

/** @returns `preferred` when nobody listens there, else a port that the system says is free */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await tryToListen(preferred)) !== undefined) return preferred;
  const port = await tryToListen(0);
  if (port === undefined) throw new Error("this machine has no free port on 127.0.0.1");
  return port;
}

/** Whether somebody accepts connections on 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function tryToListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}
