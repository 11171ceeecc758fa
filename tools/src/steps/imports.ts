import { listProjectFiles, readTextFiles } from "../files.ts";
import { checkImports, isSource } from "../imports/check.ts";
import { resultOfFindings, type Step, type StepContext, type StepResult } from "../step.ts";

export const imports: Step = {
  name: "imports",
  ensures: "every import follows the table of who may import whom",
  when: "always",
  async run({ root }: StepContext): Promise<StepResult> {
    const paths = await listProjectFiles(root);
    const wanted = paths.filter((path) => isSource(path) || /(?:^|\/)package\.json$/.test(path));
    const files = await readTextFiles(root, wanted);
    return resultOfFindings(checkImports(files), `${files.length} files`);
  },
};
