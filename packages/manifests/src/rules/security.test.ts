import { expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { workload } from "../test/set.ts";

const LINUX_CONTEXT =
  "securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }";
/** A pod that says nothing of what Linux alone knows. */
const pod = (os: string): string =>
  workload("web", { pod: os }).replace(", seccompProfile: { type: RuntimeDefault }", "").replace(LINUX_CONTEXT, "");
const WINDOWS = pod("os: { name: windows }");

const rules = (text: string): string[] =>
  checkManifests([bundleOf([{ file: "x.yaml", text }])]).findings.map(({ rule }) => rule);

test("a pod for Windows is not asked for fields that Kubernetes refuses there", () =>
  expect(rules(WINDOWS)).toEqual([]));

test("a pod for Windows says as well that it does not run as an administrator", () =>
  expect(rules(WINDOWS.replace("runAsNonRoot: true", ""))).toEqual(["run-as-non-root"]));

test.each(["os: { name: linux }", ""])("a pod for Linux is asked for them (%p)", (os) =>
  expect(rules(pod(os)).toSorted()).toEqual([
    "drop-capabilities",
    "privilege-escalation",
    "read-only-root",
    "seccomp-profile",
  ]),
);

test("a host process of Windows is privileged, and cannot be told not to run as an administrator", () => {
  const options = "windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' }";
  const inPod = WINDOWS.replace("runAsNonRoot: true", options);
  const inContainer = WINDOWS.replace("runAsNonRoot: true", "").replace(
    "readinessProbe",
    `securityContext: { ${options} }\n          readinessProbe`,
  );
  expect([rules(inPod), rules(inContainer)]).toEqual([["privileged"], ["privileged"]]);
});
