/** The parts of an image's name. */
export interface ImageReference {
  /** With its registry and path, without tag and digest. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Takes `registry:5000/team/app:1.2@sha256:…` apart. */
export function parseImage(text: string): ImageReference {
  const [beforeDigest = "", digest] = text.split("@", 2);
  const colon = beforeDigest.lastIndexOf(":");
  const hasTag = colon > beforeDigest.lastIndexOf("/");
  return {
    name: hasTag ? beforeDigest.slice(0, colon) : beforeDigest,
    tag: hasTag ? beforeDigest.slice(colon + 1) : undefined,
    digest,
  };
}
