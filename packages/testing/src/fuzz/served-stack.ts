import type { ServedStack } from "./serve-stack.ts";

/** A whole stack in a process of its own, so that what it does to memory can be told from what the fuzzer does. */
export interface ServedStackHandle extends ServedStack {
  /** A fresh access token of the administrator; throws when there is none to be had. */
  signIn(): Promise<string>;
  /** Memory of the stack's process, in bytes. */
  rssBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the stack; 30 s at most. */
export async function serveStack(): Promise<ServedStackHandle> {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/serve-stack.ts`], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const line = await Promise.race([firstLine(child.stdout), Bun.sleep(30_000).then(() => undefined)]);
  if (line === undefined) {
    child.kill();
    throw new Error("the stack did not start within 30 s");
  }
  const served = JSON.parse(line) as ServedStack;
  // Fuzzing /auth/login uses up what the throttle allows this address, so only the first sign-in is one.
  let refreshToken: string | undefined;
  return {
    ...served,
    signIn: async () => {
      const [path, body] =
        refreshToken === undefined
          ? ["/auth/login", { email: served.adminEmail, password: served.adminPassword }]
          : ["/auth/refresh", { refreshToken }];
      const answer = await fetch(served.urls.user + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const tokens = (await answer.json()) as { token?: string; refreshToken?: string };
      if (tokens.token === undefined) throw new Error(`${path} answered ${answer.status}`);
      refreshToken = tokens.refreshToken;
      return tokens.token;
    },
    rssBytes: async () =>
      Number(/VmRSS:\s+(\d+)/.exec(await Bun.file(`/proc/${child.pid}/status`).text())?.[1] ?? 0) * 1024,
    stop: async () => {
      await child.stdin.end();
      await Promise.race([child.exited, Bun.sleep(10_000)]);
      child.kill("SIGKILL");
    },
  };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
  return undefined;
}
