import { expect, onTestFinished, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBcrypt } from "./bcrypt.ts";

const LEAST_COST = 4;
const compiled = loadBcrypt();
const ofBun = loadBcrypt("a machine without a compiled file");

/** A password over 72 bytes whose SHA-512, which is what bcrypt gets, has a zero byte at a place. */
function withZeroAt(place: number): string {
  for (let counter = 0; ; counter++) {
    const password = `${"x".repeat(72)}${counter}`;
    if (createHash("sha512").update(password).digest()[place] === 0) return password;
  }
}

test("a checkout whose path has a colon installs it: PATH cannot name that for an install script", async () => {
  const root = await Bun.file(join(import.meta.dir, "../../../../package.json")).json();
  const folder = await mkdtemp(join(tmpdir(), "check:out-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { trustedDependencies } = root;
  const dependencies = { bcrypt: root.workspaces.catalog.bcrypt };
  await Bun.write(join(folder, "package.json"), JSON.stringify({ dependencies, trustedDependencies }));
  const install = Bun.spawn([process.execPath, "install"], { cwd: folder, stdout: "ignore", stderr: "pipe" });
  const told = await new Response(install.stderr).text();
  expect([await install.exited, told]).toEqual([0, expect.not.stringContaining("error")]);
});

test("a compiled file fits this machine", () => {
  expect(compiled).not.toBe(ofBun);
});

test.each([
  ["one byte", "x"],
  ["two of two bytes", "éü"],
  ["71 bytes", "x".repeat(71)],
  ["72 bytes", "x".repeat(72)],
  ["73 bytes", "x".repeat(73)],
  ["72 bytes of four each", "😀".repeat(18)],
  ["73 bytes, the last one in the middle of a character", `x${"é".repeat(36)}`],
  ["1,024 characters of four bytes", "😀".repeat(1024)],
  ["a digest that begins with zero", withZeroAt(0)],
  ["a digest with zero inside", withZeroAt(30)],
  ["a digest that ends with zero", withZeroAt(63)],
])("a password of %s is the same to both", async (_what, password) => {
  for (const [maker, checker] of [
    [compiled, ofBun],
    [ofBun, compiled],
    [compiled, compiled],
  ] as const) {
    const hash = await maker.hash(password, LEAST_COST);
    expect(hash).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
    expect(await checker.verify(password, hash)).toBe(true);
    expect(await checker.verify(`${password}y`, hash)).toBe(false);
  }
});

test("what differs behind the 72nd byte differs", async () => {
  const hash = await compiled.hash(`${"x".repeat(72)}a`, LEAST_COST);
  expect(await compiled.verify(`${"x".repeat(72)}b`, hash)).toBe(false);
});

test("equal passwords have hashes of their own", async () => {
  expect(await compiled.hash("correct horse", LEAST_COST)).not.toBe(await compiled.hash("correct horse", LEAST_COST));
});
