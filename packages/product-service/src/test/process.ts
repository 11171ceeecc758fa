import { freePort } from "@pos/testing/free-port";
import { call, serveKeys, type TestService } from "./product-service.ts";

const main = new URL("../main.ts", import.meta.url).pathname;

/** Product-service as a process of its own, that a test kills and starts again on the same port. */
export interface ServiceProcess extends Pick<TestService, "url" | "call"> {
  /** Starts it and waits until it is healthy. */
  start(): Promise<void>;
  /** Ends it by a signal and waits until it is gone. @returns its exit code */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/** @param uri connection string of its database */
export async function serviceProcess(uri: string): Promise<ServiceProcess> {
  const keys = serveKeys();
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: Bun.Subprocess | undefined;
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    child?.kill(signal);
    return (await child?.exited) ?? 0;
  };
  return {
    url,
    call: (method, path, request) => call(url + path, method, request),
    async start() {
      child = Bun.spawn(["bun", main], {
        env: {
          ...process.env,
          MONGO_URI: uri,
          PORT: String(port),
          HOST: "127.0.0.1",
          JWKS_URL: `http://127.0.0.1:${keys.port}/keys`,
          LOG_LEVEL: "error",
        },
        stdout: "inherit",
        stderr: "inherit",
      });
      while (!(await isHealthy(url))) await Bun.sleep(20);
    },
    end,
    async close() {
      await end("SIGKILL");
      await keys.stop(true);
    },
  };
}

const isHealthy = (url: string) =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
