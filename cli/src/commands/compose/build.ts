import type { ComposeProject, ProjectOptions } from "../../deployment/compose-project.ts";
import type { ContainerEngine } from "../../deployment/container-engine.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";
import { withProjectOptions } from "./env.ts";

/** `ordersctl compose build`: the images of compose.yaml and k8s/. */
export const buildVerb: Verb<ProjectOptions> = {
  usage: "build",
  summary: "Build the images",
  configure: withProjectOptions,
  async run(options, tools) {
    const { composeProject, requireContainerEngine } = await import("../../deployment/compose-project.ts");
    await buildImages(await requireContainerEngine(tools.io.env), composeProject(options, tools.io.cwd), tools);
  },
};

/** Builds the four images, one after the other. */
export async function buildImages(
  engine: ContainerEngine,
  project: ComposeProject,
  { io, talk }: Tools,
): Promise<void> {
  const { buildCommand, IMAGE_TARGETS, imageOf } = await import("../../deployment/container-engine.ts");
  const { runCommand } = await import("../../deployment/run-command.ts");
  for (const target of IMAGE_TARGETS) {
    const startedAt = io.now();
    talk.say(`building ${imageOf(target)} …`);
    await runCommand(buildCommand(engine, target, io.env), { cwd: project.folder, env: io.env });
    talk.done(`${imageOf(target)} (${((io.now() - startedAt) / 1000).toFixed(0)} s)`);
  }
}
