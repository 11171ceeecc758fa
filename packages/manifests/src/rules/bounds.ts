import type { Cursor } from "../model/cursor.ts";
import { parseQuantity } from "../model/quantity.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { isLasting, type Workload } from "../model/workload.ts";
import type { Rule } from "../rule.ts";
import { titleOf } from "./iterate.ts";

const limitRange: Rule = {
  id: "limit-range",
  level: "error",
  title: "Containers stay within the LimitRange of their namespace",
  why: "The pod is never created; only the events of its owner show it.",
  wrong:
    "kind: LimitRange\nspec: { limits: [{ type: Container, max: { memory: 256Mi } }] }      # a container has a limit of 512Mi",
  right: "kind: LimitRange\nspec: { limits: [{ type: Container, max: { memory: 1Gi } }] }",
  *check(set) {
    for (const { root, namespace, title } of set.ofKind("LimitRange")) {
      const ranges = root.items("spec", "limits");
      for (const range of ranges.filter((each) => each.get("type").text === "Container")) {
        for (const container of set.podsIn(namespace).flatMap(({ containers }) => containers)) {
          for (const [at, bound, side] of outside(container.cursor.get("resources"), range)) {
            const sentence = `The ${titleOf(container)} has ${String(at.path.at(-1))} ${String(at.value)}, which is ${side} the ${String(bound.value)} of ${title}.`;
            yield { at, sentence };
          }
        }
      }
    }
  },
};

/** Limits above the most, and requests below the least. */
function* outside(resources: Cursor, range: Cursor): Generator<readonly [Cursor, Cursor, "above" | "below"]> {
  for (const { name, cursor } of resources.fields("limits")) {
    const most = range.get("max", name);
    if (isMore(cursor, most)) yield [cursor, most, "above"];
  }
  for (const { name, cursor } of resources.fields("requests")) {
    const least = range.get("min", name);
    if (isMore(least, cursor)) yield [cursor, least, "below"];
  }
}

function isMore(a: Cursor, b: Cursor): boolean {
  const [first, second] = [parseQuantity(a.value), parseQuantity(b.value)];
  return first !== undefined && second !== undefined && first > second;
}

const quota: Rule = {
  id: "quota",
  level: "error",
  title: "The pods of a namespace fit into its ResourceQuota",
  why: "The last pods are never created; only the events of their ReplicaSet show it.",
  wrong: "kind: ResourceQuota\nspec: { hard: { requests.cpu: 500m } }      # 10 replicas request 100m each",
  right: "kind: ResourceQuota\nspec: { hard: { requests.cpu: 2 } }",
  *check(set) {
    for (const { root, namespace, title } of set.ofKind("ResourceQuota")) {
      const spec = root.get("spec");
      // A quota with scopes is for some of the pods.
      if (spec.get("scopes").isSet || spec.get("scopeSelector").isSet) continue;
      for (const { name, cursor } of spec.fields("hard")) {
        const most = parseQuantity(cursor.value);
        const needed = neededOf(name, namespace, set);
        if (most === undefined || needed === undefined || needed <= most * (1 + 1e-9)) continue;
        const sentence =
          most === 0
            ? `${title} allows no ${name}, but its workloads need some.`
            : `The workloads in the namespace of ${title} need ${Math.ceil((needed / most) * 100)} % of its ${name}.`;
        yield { at: cursor, sentence };
      }
    }
  },
};

/** What the lasting workloads of a namespace need of an entry of a quota; `undefined` for an entry of another kind. */
function neededOf(entry: string, namespace: string, set: ResourceSet): number | undefined {
  const [, field = "requests", name = ""] = /^(?:(requests|limits)\.)?(cpu|memory|pods)$/.exec(entry) ?? [];
  if (name === "") return undefined;
  const workloads = set.podsIn(namespace).filter((each) => isLasting(each) && each.resource.kind !== "DaemonSet");
  return workloads.reduce((sum, workload) => {
    const replicas = workload.resource.root.get("spec", "replicas").number ?? 1;
    return sum + replicas * (name === "pods" ? 1 : amountOf(workload, field, name));
  }, 0);
}

/** A limit stands for a request that is not there. */
function amountOf({ containers }: Workload, field: string, name: string): number {
  const running = containers.filter(({ role }) => role !== "init").map(({ cursor }) => cursor.get("resources"));
  return running.reduce((sum, resources) => {
    const own = resources.get(field, name);
    return sum + (parseQuantity(own.isSet ? own.value : resources.get("limits", name).value) ?? 0);
  }, 0);
}

export const boundRules: readonly Rule[] = [limitRange, quota];
