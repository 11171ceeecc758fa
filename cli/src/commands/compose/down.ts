import type { ProjectOptions } from "../../deployment/compose-project.ts";
import type { Verb } from "../../verb.ts";
import { withProjectOptions } from "./env.ts";

interface Options extends ProjectOptions {
  readonly volumes?: boolean;
}

/** `ordersctl compose down`. */
export const downVerb: Verb<Options> = {
  usage: "down",
  summary: "Stop the stack; keep its data",
  configure: (command) => withProjectOptions(command).option("--volumes", "also delete its data"),
  async run({ volumes = false, ...options }, { io, talk, confirm }) {
    const { composeCommand, composeProject, requireContainerEngine } =
      await import("../../deployment/compose-project.ts");
    const { runCommand } = await import("../../deployment/run-command.ts");
    const project = composeProject(options, io.cwd);
    const engine = await requireContainerEngine(io.env);
    if (volumes) await confirm(`Delete all users, products and orders of ${project.name}?`);
    const words = ["down", ...(volumes ? ["--volumes"] : [])];
    await runCommand(composeCommand(engine, project, words), { cwd: project.folder, env: io.env });
    talk.done(volumes ? "stopped, data deleted" : "stopped; the data is in its volumes");
  },
};
