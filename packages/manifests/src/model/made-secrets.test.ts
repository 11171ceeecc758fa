import { describe, expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { documents, workload } from "../test/set.ts";

const SEALED = `apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: { name: web-secret }
spec: { encryptedData: { SEED: AgBy3i } }
`;
const EXTERNAL = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: web-secret }
spec: { secretStoreRef: { name: vault }, dataFrom: [{ extract: { key: web } }] }
`;
const TARGET = EXTERNAL.replace("{ name: web-secret }", "{ name: web }");
const CERTIFICATE = `apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: web }
spec: { secretName: web-secret, dnsNames: [web.example.com], issuerRef: { name: letsencrypt } }
`;
const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { tls: [{ hosts: [web.example.com], secretName: web-secret }], rules: [{ host: web.example.com }] }
`;

/** What is said of a pod and an Ingress that take the Secret web-secret. */
function check(...more: readonly string[]): string[] {
  const pod = workload("web", {
    container: "env: [{ name: SESSION_SEED, valueFrom: { secretKeyRef: { name: web-secret, key: SEED } } }]",
  });
  const levels = new Map([["unknown-kind", "off"]] as const);
  const { findings } = checkManifests([bundleOf([{ file: "x.yaml", text: documents(pod, INGRESS, ...more) }])], {
    levels,
  });
  return findings.map(({ rule }) => rule);
}

describe("a Secret that a controller makes", () => {
  test.each([
    ["for a SealedSecret of its name", SEALED],
    ["for an ExternalSecret of its name", EXTERNAL],
    ["for an ExternalSecret with a target", TARGET.replace("spec: {", "spec: { target: { name: web-secret },")],
    ["for a Certificate", CERTIFICATE],
  ])("%s exists", (_, text) => expect(check(text)).toEqual([]));

  test.each([
    ["of another name", SEALED.replace("web-secret", "web-secrte")],
    ["of another namespace", SEALED.replace("{ name", "{ namespace: shop, name")],
    ["of another group", SEALED.replace("bitnami.com", "example.com")],
    ["whose target has another name", EXTERNAL.replace("spec: {", "spec: { target: { name: web-secrte },")],
    ["that only adds to it", EXTERNAL.replace("spec: {", "spec: { target: { creationPolicy: Merge },")],
  ])("does not exist because of one %s", (_, text) =>
    expect(check(text).filter((rule) => rule !== "namespace-unset")).toEqual(["secret-ref", "ingress-tls"]),
  );
});
