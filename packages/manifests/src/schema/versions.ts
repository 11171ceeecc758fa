import data from "./kubernetes.json" with { type: "json" };

/** Minor versions of Kubernetes whose schemas are here, oldest first, as in "1.31". */
export const KUBERNETES_VERSIONS: readonly string[] = data.minors.map((minor) => `1.${minor}`);
/** The version that is asked when nobody names one. */
export const NEWEST_VERSION: string = KUBERNETES_VERSIONS.at(-1) ?? "";

/**
 * The minor number of `1.33`, `v1.33` or `1.33.2`.
 * @throws {RangeError} when its schemas are not here, with those that are
 */
export function parseVersion(text: string): number {
  const minor = Number(/^v?1\.(\d+)(?:\.\d+)?$/.exec(text)?.[1]);
  if (!data.minors.includes(minor)) {
    throw new RangeError(
      `There are no schemas of Kubernetes ${text}: choose ${KUBERNETES_VERSIONS[0]} to ${NEWEST_VERSION}.`,
    );
  }
  return minor;
}
