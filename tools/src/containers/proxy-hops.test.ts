import { YAML } from "bun";
import { expect, test } from "bun:test";
import { resolve } from "node:path";

const OVERLAY = resolve(import.meta.dir, "../../../k8s/overlays/production");

interface Kustomization {
  readonly patches: readonly { readonly path: string; readonly target?: { readonly name?: string } }[];
}

const read = async (path: string): Promise<unknown> => YAML.parse(await Bun.file(`${OVERLAY}/${path}`).text());

test("behind the Ingress the limits of sign-in count clients, not the Ingress", async () => {
  const { patches } = (await read("kustomization.yaml")) as Kustomization;
  const ofUserService = patches.filter(({ target }) => target?.name === "user-service");
  expect(await Promise.all(ofUserService.map(({ path }) => read(path)))).toContainEqual([
    {
      op: "add",
      path: "/spec/template/spec/containers/0/env/-",
      value: { name: "TRUSTED_PROXY_HOPS", value: "1" },
    },
  ]);
});
