import { expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { documents } from "../test/set.ts";

const claim = (accessModes: string): string => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: ${accessModes}, resources: { requests: { storage: 1Gi } } }
`;

const deployment = (replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: "web:1", volumeMounts: [{ name: data, mountPath: /data }] }]
      volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
`;

const isFound = (...texts: readonly string[]): boolean =>
  checkManifests([bundleOf([{ file: "x.yaml", text: documents(...texts) }])]).findings.some(
    ({ rule }) => rule === "claim-shared",
  );

test("a claim that replicas share is found where one node alone may mount it", () => {
  expect(isFound(claim("[ReadWriteOnce]"), deployment(2))).toBe(true);
  expect(isFound(claim("[ReadWriteOncePod]"), deployment(2))).toBe(true);
  expect(isFound(claim("[ReadWriteMany]"), deployment(2))).toBe(false);
  expect(isFound(claim("[ReadWriteOnce, ReadOnlyMany]"), deployment(2))).toBe(false);
  expect(isFound(claim("[ReadWriteOnce]"), deployment(1))).toBe(false);
});

test("of a claim that is not here or names no mode nothing is known", () => {
  expect(isFound(deployment(2))).toBe(false);
  expect(isFound(claim("[]"), deployment(2))).toBe(false);
});
