import type { Io } from "../io.ts";
import type { ComposeProject } from "./compose-project.ts";
import { runCommand } from "./run-command.ts";

/** What `podman ps --format json` says of a container. */
interface Container {
  readonly Image: string;
  readonly ImageID: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/**
 * Services whose containers were made from what their image was before: podman-compose compares a container with the
 * compose file alone, and would leave it to run the version before.
 */
export async function outdatedServices(project: ComposeProject, env: Io["env"]): Promise<readonly string[]> {
  const podman = (...words: readonly string[]) => runCommand(["podman", ...words], { cwd: project.folder, env });
  const ofProject = `label=io.podman.compose.project=${project.name}`;
  const containers = JSON.parse(await podman("ps", "--all", "--filter", ofProject, "--format", "json")) as Container[];
  const images = await podman("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}");
  const ids = new Map(images.split("\n").map((line) => line.replaceAll("sha256:", "").split(" ") as [string, string]));
  return containers
    .filter(({ Image, ImageID }) => (ids.get(Image) ?? ImageID) !== ImageID)
    .flatMap(({ Labels }) => Labels["io.podman.compose.service"] ?? []);
}
