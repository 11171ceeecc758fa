import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

test("a mail that finds no place on the disk leaves no file behind, and is to be tried again", async () => {
  const directory = await mkdtemp(join(tmpdir(), "user-service-mail-"));
  const script = `
    import { createFileMailer } from ${JSON.stringify(join(import.meta.dir, "file-mailer.ts"))};
    const [directory] = process.argv.slice(1);
    const mailer = createFileMailer({ directory, from: "shop@example.com", clock: { now: Date.now }, logger: console });
    const mail = { kind: "password-reset", to: "ada@example.com", subject: "Reset", text: "token" };
    await mailer.send(mail).catch((error) => console.log(error.code));`;
  // No file of this process may hold a byte.
  const shell = ["bash", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$0" -e "$1" "$2"', process.execPath];
  const child = Bun.spawn([...shell, script, directory], { stdout: "pipe", stderr: "ignore" });
  expect(await new Response(child.stdout).text()).toBe("EFBIG\n");
  expect(await readdir(directory)).toEqual([]);
  await rm(directory, { recursive: true });
});
