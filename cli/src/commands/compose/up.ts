import { existsSync } from "node:fs";
import type { ProjectOptions } from "../../deployment/compose-project.ts";
import { shellWord } from "../../output/text.ts";
import type { Verb } from "../../verb.ts";
import { buildImages } from "./build.ts";
import { ADMIN_EMAIL_DEFAULT, withProjectOptions, writeEnvFile } from "./env.ts";

interface Options extends ProjectOptions {
  /** False with --no-build. */
  readonly build?: boolean;
}

/** `ordersctl compose up` (`bun run compose`): from a fresh clone to a running stack. */
export const upVerb: Verb<Options> = {
  usage: "up",
  summary: "Build the images and start the stack in the background",
  description: `Creates .env with new secrets if there is none, builds the four images, starts the databases and services in the
background with Docker, or with podman if there is no Docker, and waits until they are healthy. Run again, it starts what
is not running and replaces containers whose image was rebuilt.`,
  configure: (command) => withProjectOptions(command).option("--no-build", "use the existing images"),
  async run(options, tools) {
    const { composeCommand, composeProject, readEnvFile, requireContainerEngine } =
      await import("../../deployment/compose-project.ts");
    const { runCommand } = await import("../../deployment/run-command.ts");
    const { serviceUrls, waitForHealth } = await import("../../deployment/compose-health.ts");
    const { outdatedServices } = await import("../../deployment/outdated-services.ts");
    const { io, talk } = tools;
    const project = composeProject(options, io.cwd);
    const engine = await requireContainerEngine(io.env);
    if (!existsSync(project.envFile)) {
      await writeEnvFile(project.envFile, ADMIN_EMAIL_DEFAULT);
      talk.done(`wrote ${project.envFile} with new secrets`);
    }
    if (options.build !== false) await buildImages(engine, project, tools);
    const startedAt = io.now();
    const compose = (...words: readonly string[]) =>
      runCommand(composeCommand(engine, project, words), { cwd: project.folder, env: io.env });
    if (engine.name === "podman") {
      const outdated = await outdatedServices(project, io.env);
      if (outdated.length > 0) await compose("down", ...outdated);
    }
    await compose("up", "--detach", "--no-build");
    const variables = await readEnvFile(project.envFile);
    const urls = serviceUrls({ ...variables, ...io.env });
    await waitForHealth(urls, { io, say: (line) => talk.say(line) });
    talk.done(`healthy after ${((io.now() - startedAt) / 1000).toFixed(1)} s`);
    for (const { name, url } of urls) talk.say(`  ${name.padEnd(16)} ${url}   ${url}/swagger`);
    talk.say(`Sign in: ordersctl login --email ${variables["ADMIN_EMAIL"]}   (ADMIN_PASSWORD in ${project.envFile})`);
    const logs = composeCommand(engine, project, ["logs", "-f"]).map(shellWord).join(" ");
    talk.hint(`Logs: ${logs}     Stop: ${["ordersctl compose down", ...flagsOf(options)].join(" ")}`);
  },
};

/** The options that say which stack is meant, for the next command. */
function flagsOf({ project, envFile }: ProjectOptions): string[] {
  return [
    ...(project === undefined ? [] : [`--project ${shellWord(project)}`]),
    ...(envFile === undefined ? [] : [`--env-file ${shellWord(envFile)}`]),
  ];
}
