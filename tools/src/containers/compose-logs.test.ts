import { YAML } from "bun";
import { expect, test } from "bun:test";
import { resolve } from "node:path";

interface Service {
  readonly restart: string;
  readonly logging?: { readonly driver?: string; readonly options?: Readonly<Record<string, string>> };
}
const file = await Bun.file(resolve(import.meta.dir, "../../../compose.yaml")).text();
const { services } = YAML.parse(file) as { readonly services: Readonly<Record<string, Service>> };
const lasting = Object.entries(services).filter(([, { restart }]) => restart === "unless-stopped");

// Docker keeps what a container says without end unless it is told, and a full disk ends mongod.
test.each(lasting)("what %s logs takes room within a limit", (_name, { logging }) => {
  expect(logging?.driver).toBe("json-file");
  expect(logging?.options).toEqual({ "max-size": "50m", "max-file": "3" });
});
