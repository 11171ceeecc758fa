import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Stack, startStack } from "@pos/testing/stack";
import { appendFile, chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { linesOf, type World, world } from "../../test/world.ts";

// What the verbs ask of a container engine: a program called docker that writes down how it is called. Whether a real
// engine makes a stack of it is tried by the step `containers`. The services that answer are real.

let stack: Stack;
let user: World;
let programs: string;
let envFile: string;

beforeAll(async () => {
  stack = await startStack();
  user = await world();
  programs = join(user.home, "programs");
  envFile = join(user.home, "one.env");
  await mkdir(programs);
  await writeFile(join(user.home, "compose.yaml"), "services: {}\n");
  user.env["PATH"] = programs;
  for (const name of ["user", "product", "order"] as const)
    user.env[`${name.toUpperCase()}_SERVICE_PORT`] = new URL(stack.urls[name]).port;
});
afterAll(async () => {
  await user.remove();
  await stack.stop();
});

const compose = (...argv: readonly string[]) => user.run(["compose", ...argv, "--env-file", envFile]);
const targets = ["user-service", "product-service", "order-service", "ordersctl"];
const images = targets.map((target) => `build --quiet --target ${target} --tag product-order-system/${target}:0.1.0 .`);
const ofProject = (words: string): string =>
  `compose --project-name product-order-system --env-file ${envFile} ${words}`;

/** Installs an engine; `behaviour` is what it does besides. */
async function install(name: string, behaviour = ""): Promise<void> {
  const path = join(programs, name);
  await writeFile(path, `#!/bin/sh\necho "$@" >> ${join(user.home, "calls")}\n${behaviour}\n`);
  await chmod(path, 0o755);
}

/** How the engine was called since the last time, without the questions whether it is there. */
async function calls(): Promise<readonly string[]> {
  const file = join(user.home, "calls");
  const all = linesOf(await readFile(file, "utf8").catch(() => ""));
  await writeFile(file, "");
  return all.filter((line) => !/^info$|version$/.test(line));
}

test("without an engine every verb says what to start instead", async () => {
  for (const verb of ["up", "down", "build"]) {
    const { exit, stderr } = await compose(verb);
    expect([verb, exit, stderr]).toEqual([
      verb,
      1,
      expect.stringContaining("There is no container engine on this machine."),
    ]);
    expect(stderr).toContain("ordersctl up");
  }
  await install("podman");
  expect((await compose("build")).stderr).toContain("podman with podman-compose");
});

test("up writes secrets once, builds four images, starts them in the background and waits for health", async () => {
  await install("docker");
  const { exit, stdout, stderr } = await compose("up");
  expect([exit, stdout]).toEqual([0, ""]);
  expect(await calls()).toEqual([...images, ofProject("up --detach --no-build")]);
  expect(stderr).toContain(`wrote ${envFile} with new secrets`);
  expect(stderr).toMatch(/✓ healthy after \d+\.\d s/);
  expect(stderr).toContain(`${stack.urls.order}/swagger`);
  expect(stderr).toContain("Sign in: ordersctl login --email admin@example.com");
  expect(stderr).toContain(`Logs: docker ${ofProject("logs -f")}`);

  const secrets = await readFile(envFile, "utf8");
  const again = await compose("up", "--no-build");
  expect(await calls()).toEqual([ofProject("up --detach --no-build")]);
  expect(again.stderr).not.toContain("new secrets");
  expect(await readFile(envFile, "utf8")).toBe(secrets);
});

test("up follows the ports of its env file, and the name of its project", async () => {
  const port = user.env["ORDER_SERVICE_PORT"];
  delete user.env["ORDER_SERVICE_PORT"];
  await appendFile(envFile, `ORDER_SERVICE_PORT="${port}"\n`);
  const { exit, stderr } = await compose("up", "--no-build", "--project", "second");
  user.env["ORDER_SERVICE_PORT"] = port;
  expect(exit).toBe(0);
  expect(stderr).toContain(`Stop: ordersctl compose down --project second --env-file ${envFile}\n`);
  expect(await calls()).toEqual([`compose --project-name second --env-file ${envFile} up --detach --no-build`]);
  const withBlank = join(user.home, "my env");
  await copyFile(envFile, withBlank);
  const hint = (await user.run(["compose", "up", "--no-build", "--env-file", withBlank])).stderr;
  expect(hint).toContain(
    `--env-file '${withBlank}' logs -f     Stop: ordersctl compose down --env-file '${withBlank}'\n`,
  );
  await calls();
});

test("build builds and starts nothing", async () => {
  const { exit, stderr } = await compose("build");
  expect([exit, await calls()]).toEqual([0, images]);
  expect(stderr).toContain("building product-order-system/user-service:0.1.0 …");
});

test("down keeps the data; with --volumes it asks first", async () => {
  expect((await compose("down")).stderr).toContain("stopped; the data is in its volumes");
  expect(await calls()).toEqual([ofProject("down")]);
  expect((await compose("down", "--volumes")).exit).toBe(2);
  expect(await calls()).toEqual([]);
  expect((await compose("down", "--volumes", "--yes")).stderr).toContain("stopped, data deleted");
  expect(await calls()).toEqual([ofProject("down --volumes")]);
});

test("what the engine says when it fails is shown, and nothing is started after it", async () => {
  await install("docker", `case "$1" in build) echo "no space left" >&2; exit 1;; esac`);
  const { exit, stderr } = await compose("up");
  expect([exit, await calls()]).toEqual([1, images.slice(0, 1)]);
  expect(stderr).toContain("no space left");
});

test("podman takes Docker's place", async () => {
  await install("docker", "exit 1");
  await install("podman");
  await install("podman-compose");
  await calls();
  expect((await compose("down")).exit).toBe(0);
  expect((await calls()).at(-1)).toBe(`--project-name product-order-system --env-file ${envFile} down`);
});

test("podman-compose is made to take an image that was built anew", async () => {
  const image = (name: string) => `localhost/product-order-system/${name}:0.1.0`;
  const container = (service: string, name: string, id: string) => ({
    Image: image(name),
    ImageID: id,
    Labels: { "io.podman.compose.service": service },
  });
  const containers = [
    container("user-service", "user-service", "aa"),
    container("order-service", "order-service", "bb"),
    container("mongodb-user-init", "ordersctl", "cc"),
    { ...container("mongodb-user", "", "dd"), Image: "docker.io/library/mongo:gone" },
  ];
  const images = [image("user-service"), image("order-service"), image("ordersctl")]
    .map((name, index) => `${name} sha256:${["a2", "bb", "c2"][index]}`)
    .join("\n");
  await install("podman", `case "$1" in ps) echo '${JSON.stringify(containers)}';; images) echo '${images}';; esac`);
  await calls();
  expect((await compose("up", "--no-build")).exit).toBe(0);
  const words = (await calls()).filter((line) => line.startsWith("--project-name"));
  const project = `--project-name product-order-system --env-file ${envFile}`;
  expect(words).toEqual([`${project} down user-service mongodb-user-init`, `${project} up --detach --no-build`]);
});
