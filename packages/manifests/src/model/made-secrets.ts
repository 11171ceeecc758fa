import type { Resource } from "./resource.ts";
import type { ResourceSet } from "./resource-set.ts";

/** A Secret that is not among the manifests because a controller makes it for a resource that is. */
export interface MadeSecret {
  readonly namespace: string;
  readonly name: string;
}

/** With these an ExternalSecret adds to a Secret of others, or to none. */
const MAKES_NONE: readonly unknown[] = ["Merge", "None"];

/** The Secrets that sealed-secrets, external-secrets.io and cert-manager make, each in the namespace of its resource. */
export function madeSecrets({ resources }: ResourceSet): MadeSecret[] {
  return resources.flatMap((resource) => {
    const name = madeBy(resource);
    return name === undefined ? [] : [{ namespace: resource.namespace, name }];
  });
}

/** The name of the Secret that is made for a resource; its keys are not known. */
function madeBy({ apiVersion, kind, name, root }: Resource): string | undefined {
  switch (`${apiVersion.split("/")[0]} ${kind}`) {
    case "bitnami.com SealedSecret":
      return name;
    case "external-secrets.io ExternalSecret": {
      const target = root.get("spec", "target");
      return MAKES_NONE.includes(target.get("creationPolicy").value) ? undefined : (target.get("name").text ?? name);
    }
    case "cert-manager.io Certificate":
      return root.get("spec", "secretName").text;
    default:
      return undefined;
  }
}
