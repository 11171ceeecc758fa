import type { Cursor } from "../model/cursor.ts";
import type { Resource } from "../model/resource.ts";
import { isMemberOf, type ResourceSet } from "../model/resource-set.ts";
import { didYouMean } from "../model/words.ts";
import type { Workload } from "../model/workload.ts";
import type { Rule } from "../rule.ts";
import { missingReference, titleOf } from "./iterate.ts";

const claimRef: Rule = {
  id: "claim-ref",
  level: "error",
  title: "Every volume claim that a pod needs exists",
  why: "The pod stays Pending.",
  wrong: "volumes: [{ name: data, persistentVolumeClaim: { claimName: web-dta } }]",
  right: "volumes: [{ name: data, persistentVolumeClaim: { claimName: web-data } }]",
  *check(set) {
    for (const { podSpec, resource } of set.workloads) {
      for (const volume of podSpec.items("volumes")) {
        const at = volume.get("persistentVolumeClaim", "claimName");
        const { title, namespace } = resource;
        const use = `${title} uses the claim`;
        if (at.text === undefined || isClaimOfMember(set, namespace, at.text)) continue;
        yield* missingReference(set, { at, use, kind: "PersistentVolumeClaim", namespace });
      }
    }
  },
};

/** Whether a StatefulSet makes the claim: `TEMPLATE-NAME-0`, one for each of its pods. */
function isClaimOfMember(set: ResourceSet, namespace: string, claim: string): boolean {
  return set
    .ofKind("StatefulSet")
    .filter((resource) => resource.namespace === namespace)
    .some((resource) =>
      claimTemplates(resource).some(
        ({ text }) => claim.startsWith(`${text}-`) && isMemberOf(resource, claim.slice(`${text}-`.length)),
      ),
    );
}

const volumeMount: Rule = {
  id: "volume-mount",
  level: "error",
  title: "Every mount has its volume",
  why: "The API server rejects the workload.",
  wrong: "volumeMounts: [{ name: dta, mountPath: /data }]\nvolumes: [{ name: data, emptyDir: {} }]",
  right: "volumeMounts: [{ name: data, mountPath: /data }]\nvolumes: [{ name: data, emptyDir: {} }]",
  *check(set) {
    for (const workload of set.workloads) {
      const volumes = volumeNames(workload);
      for (const container of workload.containers) {
        for (const mount of mountsOf(container.cursor)) {
          const at = mount.get("name");
          if (at.text === undefined || volumes.includes(at.text)) continue;
          const sentence = `The ${titleOf(container)} mounts ${at.text}, which is not a volume of its pod${didYouMean(at.text, volumes)}.`;
          yield { at, sentence };
        }
      }
    }
  },
};

const volumeUnused: Rule = {
  id: "volume-unused",
  level: "warn",
  title: "Every volume is mounted",
  why: "Usually the mount was forgotten: data is written to the container's file system and lost with it.",
  wrong: "containers: [{ name: web }]\nvolumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]",
  right:
    "containers: [{ name: web, volumeMounts: [{ name: data, mountPath: /data }] }]\nvolumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]",
  *check(set) {
    for (const { podSpec, resource, containers } of set.workloads) {
      const mounts = containers.flatMap(({ cursor }) => mountsOf(cursor));
      const used = new Set(mounts.map((mount) => mount.get("name").text));
      const names = podSpec.items("volumes").map((volume) => volume.get("name"));
      for (const at of [...names, ...claimTemplates(resource)]) {
        if (at.text === undefined || used.has(at.text)) continue;
        yield { at, sentence: `No container of ${resource.title} mounts the volume ${at.text}.` };
      }
    }
  },
};

const statefulService: Rule = {
  id: "statefulset-service",
  level: "error",
  title: "A StatefulSet has its headless Service",
  why: "Without it, the pods have no DNS names of their own (web-0.web), and members of a database cannot find each other.",
  wrong: "kind: StatefulSet\nspec: { serviceName: db }      # no Service db, or one with a cluster IP",
  right: "kind: Service\nmetadata: { name: db }\nspec: { clusterIP: None, … }",
  *check(set) {
    for (const { root, namespace, title } of set.ofKind("StatefulSet")) {
      const at = root.get("spec", "serviceName");
      if (at.text === undefined) continue;
      yield* missingReference(set, { at, use: `${title} names the Service`, kind: "Service", namespace });
      const service = set.find("Service", namespace, at.text);
      if (service !== undefined && service.root.get("spec", "clusterIP").text !== "None") {
        const sentence = `${title} needs a headless Service, but ${at.text} has a cluster IP.`;
        yield { at: service.root.get("spec"), sentence, hint: "Add clusterIP: None to the Service." };
      }
    }
  },
};

const accessMode: Rule = {
  id: "claim-shared",
  level: "warn",
  title: "A claim for one node is not shared by replicas",
  why: "With ReadWriteOnce, all replicas must run on the same node; the others stay in ContainerCreating, and a rolling update waits forever.",
  wrong: "replicas: 3\nvolumes: [{ persistentVolumeClaim: { claimName: data } }]      # ReadWriteOnce",
  right: "replicas: 1\nstrategy: { type: Recreate }",
  *check(set) {
    for (const { podSpec, resource } of set.workloads) {
      const replicas = resource.root.get("spec", "replicas");
      if (resource.kind !== "Deployment" || (replicas.number ?? 1) < 2) continue;
      for (const volume of podSpec.items("volumes")) {
        const name = volume.get("persistentVolumeClaim", "claimName").text;
        if (name === undefined || !isForOneNode(set, resource.namespace, name)) continue;
        const sentence = `${replicas.number} replicas of ${resource.title} share the claim ${name}, which only one node may mount.`;
        yield {
          at: volume.get("persistentVolumeClaim", "claimName"),
          sentence,
          hint: "Use a StatefulSet with volumeClaimTemplates, or ReadWriteMany.",
        };
      }
    }
  },
};

const claimForm: Rule = {
  id: "claim-form",
  level: "error",
  title: "A volume claim says how large it is and who may mount it",
  why: "The API server rejects a claim without accessModes or storage; for a StatefulSet only its events show this, and no pod is created.",
  wrong: "kind: PersistentVolumeClaim\nspec: { accessModes: [ReadWriteOnce] }",
  right:
    "kind: PersistentVolumeClaim\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }",
  *check(set) {
    const own = set.ofKind("PersistentVolumeClaim").map(({ root }) => root);
    const made = set.ofKind("StatefulSet").flatMap(({ root }) => root.items("spec", "volumeClaimTemplates"));
    for (const claim of [...own, ...made]) {
      const spec = claim.get("spec");
      const hasModes = spec.items("accessModes").length > 0;
      const hasSize = spec.get("resources", "requests", "storage").isSet;
      const missing = [...(hasModes ? [] : ["accessModes"]), ...(hasSize ? [] : ["resources.requests.storage"])];
      if (missing.length === 0) continue;
      const { text: name } = claim.get("metadata", "name");
      const sentence = `${name === undefined ? "This claim" : `The claim ${name}`} has no ${missing.join(" and no ")}.`;
      yield { at: spec.isSet ? spec : claim, sentence };
    }
  },
};

function mountsOf(container: Cursor): Cursor[] {
  return [...container.items("volumeMounts"), ...container.items("volumeDevices")];
}

function isForOneNode(set: ResourceSet, namespace: string, name: string): boolean {
  const modes = set.find("PersistentVolumeClaim", namespace, name)?.root.items("spec", "accessModes") ?? [];
  return modes.length > 0 && modes.every(({ text }) => text === "ReadWriteOnce" || text === "ReadWriteOncePod");
}

function volumeNames({ podSpec, resource }: Workload): string[] {
  const volumes = podSpec.items("volumes").map((volume) => volume.get("name"));
  return [...volumes, ...claimTemplates(resource)].flatMap(({ text }) => text ?? []);
}

/** The names under `volumeClaimTemplates`. */
function claimTemplates({ root }: Resource): Cursor[] {
  return root.items("spec", "volumeClaimTemplates").map((claim) => claim.get("metadata", "name"));
}

export const storageRules: readonly Rule[] = [
  claimRef,
  volumeMount,
  volumeUnused,
  statefulService,
  accessMode,
  claimForm,
];
