/** A port of this machine that leads to a service of the cluster. */
export interface Forward {
  readonly url: string;
  stop(): void;
}

/** Runs `kubectl port-forward` until it is stopped. @throws Error when it ends before it listens */
export async function portForward(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Forward> {
  const child = Bun.spawn(["kubectl", ...words], {
    env: { ...process.env, ...environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let said = ""; ;) {
    const { done, value } = await output.read();
    if (done) throw new Error(`kubectl ${words.join(" ")} ended with exit code ${await child.exited}`);
    said += value;
    const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port === undefined) continue;
    // It goes on with a line for each connection, and would end if nobody read them.
    void drain(output);
    return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
  }
}

async function drain(reader: { read(): Promise<{ done: boolean }> }): Promise<void> {
  while (!(await reader.read()).done);
}
