import { listProjectFiles, readTextFiles } from "../files.ts";
import { resultOfFindings, type Step, type StepContext, type StepResult } from "../step.ts";
import { checkWording } from "../wording/check.ts";

export const wording: Step = {
  name: "wording",
  ensures: "no file names a machine's paths or a package registry's host",
  when: "always",
  async run({ root }: StepContext): Promise<StepResult> {
    const files = await readTextFiles(root, await listProjectFiles(root));
    return resultOfFindings(checkWording(files), `${files.length} files`);
  },
};
