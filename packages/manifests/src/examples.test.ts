import { Glob } from "bun";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { checkManifests } from "./check.ts";
import { bundleOf } from "./input/bundles.ts";
import { KUBERNETES_VERSIONS } from "./schema/versions.ts";
import { SERVICES } from "./test/corpus.ts";

// A busy machine is slow, and programs are started here.
setDefaultTimeout(120_000);

const EXAMPLES = join(import.meta.dir, "../examples");

describe("valid manifests after the Kubernetes documentation", () => {
  const files = [...new Glob("*.yaml").scanSync(EXAMPLES)].sort();

  test("are four kinds", () => expect(files).toHaveLength(4));

  test.each(files)("%s has no finding in any version, with every rule on", async (file) => {
    const text = await Bun.file(join(EXAMPLES, file)).text();
    for (const kubernetesVersion of KUBERNETES_VERSIONS) {
      const { findings, resourceCount } = checkManifests([bundleOf([{ file, text }])], {
        kubernetesVersion,
        services: SERVICES,
      });
      expect(findings).toEqual([]);
      expect(resourceCount).toBeGreaterThan(3);
    }
  });
});
