import { expect, test } from "bun:test";

const program = `
  const { freePorts } = await import(${JSON.stringify(new URL("./free-port.ts", import.meta.url).pathname)});
  const tried = (work) => {
    try {
      return work();
    } catch ({ message }) {
      return message;
    }
  };
  console.log(tried(() => freePorts(2000)));
`;

test("a process that can hold no more ports is told so, and does not look for ever", async () => {
  const child = Bun.spawn(["sh", "-c", 'ulimit -n 200 && exec "$0" -e "$1"', process.execPath, program], {
    stdout: "pipe",
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  expect([(await child.stdout.text()).trim(), await child.exited]).toEqual(["Failed to listen at 127.0.0.1", 0]);
}, 60_000);
