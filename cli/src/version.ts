import manifest from "../package.json" with { type: "json" };

/** Release of this CLI. */
export const VERSION: string = manifest.version;
