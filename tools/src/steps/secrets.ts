import { listProjectFiles, readTextFiles } from "../files.ts";
import { scanForSecrets } from "../secrets/scan.ts";
import { resultOfFindings, type Step, type StepContext, type StepResult } from "../step.ts";

const WAY_OUT =
  "Make test secrets at run time. What is no secret takes a marker with its reason: see tools/src/secrets/allowed.ts.";

export const secrets: Step = {
  name: "secrets",
  ensures: "no file holds a key, a token or a password",
  when: "always",
  async run({ root }: StepContext): Promise<StepResult> {
    const files = await readTextFiles(root, await listProjectFiles(root));
    return resultOfFindings(await scanForSecrets(files), `${files.length} files`, WAY_OUT);
  },
};
