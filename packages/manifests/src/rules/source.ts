import type { Rule } from "../rule.ts";
import { didYouMean } from "../model/words.ts";

const fromSource = (id: string): Rule["check"] =>
  function* (set) {
    for (const problem of set.problems) {
      if (problem.rule === id) yield { at: problem, sentence: problem.sentence, hint: problem.hint };
    }
  };

/** What the reading of the files finds: each takes the problems of its id. */
const rulesOfReading: readonly Rule[] = (
  [
    {
      id: "yaml-syntax",
      level: "error",
      title: "The file is YAML",
      why: "kubectl rejects the whole file, or reads it differently than intended.",
      wrong: "metadata: { name: web",
      right: "metadata: { name: web }",
    },
    {
      id: "yaml-duplicate-key",
      level: "error",
      title: "No key is repeated in a map",
      why: "The last one silently wins, so part of what the file says is not applied.",
      wrong: "replicas: 1\nreplicas: 3",
      right: "replicas: 3",
    },
    {
      id: "kustomize-build",
      level: "error",
      title: "The kustomization can be rendered",
      why: "`kubectl apply -k` fails with the same message and applies nothing.",
      wrong: "resources: [deploymnet.yaml]",
      right: "resources: [deployment.yaml]",
    },
    {
      id: "kustomize-image",
      level: "warn",
      title: "Every image that a kustomization changes is in use",
      why: "An entry under images whose name is misspelt or lacks the registry changes nothing, and no tool reports it: the old version is rolled out.",
      wrong: "images: [{ name: wbe, newTag: 1.4.3 }]      # the Deployment runs web:1.4.2",
      right: "images: [{ name: web, newTag: 1.4.3 }]",
    },
    {
      id: "kustomize-target",
      level: "warn",
      title: "Every patch of a kustomization changes something",
      why: "A patch whose target matches no resource changes nothing, and no tool reports it: replicas, limits and settings stay as in the base.",
      wrong: "patches: [{ path: replicas.yaml, target: { kind: Deployment, name: wbe } }]      # the base has web",
      right: "patches: [{ path: replicas.yaml, target: { kind: Deployment, name: web } }]",
    },
    {
      id: "kustomize-orphan",
      level: "warn",
      title: "Every manifest beside a kustomization.yaml is part of it",
      why: "A file that no kustomization lists is never applied, although it looks as if it were. Files named *.example.yaml are ignored.",
      wrong: "resources: [deployment.yaml]        # service.yaml lies in the same folder",
      right: "resources: [deployment.yaml, service.yaml]",
    },
  ] as const
).map((rule) => ({ ...rule, check: fromSource(rule.id) }));

const notAResource: Rule = {
  id: "not-a-resource",
  level: "error",
  title: "Every document has apiVersion and kind",
  why: "Without them, Kubernetes cannot tell what the document is.",
  wrong: "kind: ConfigMap\nmetadata: { name: web }",
  right: "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }",
  *check(set) {
    for (const stranger of set.strangers) {
      const missing = ["apiVersion", "kind"].filter((field) => stranger.get(field).text === undefined);
      const names = stranger.fieldNames();
      const guess = missing.map((field) => didYouMean(field, names)).join("");
      const sentence = `The ${stranger.path.length === 0 ? "document" : "item"} has no ${missing.join(" and no ") || "apiVersion and kind"}${guess}.`;
      yield { at: stranger, sentence };
    }
  },
};

export const sourceRules: readonly Rule[] = [...rulesOfReading, notAResource];
