import { dirname, join } from "node:path";
import { commandStep } from "./command-step.ts";

/** The rules stand in `.oxlintrc.json`; those that need types are answered by oxlint-tsgolint. */
export const lint = commandStep({
  name: "lint",
  ensures: "oxlint finds nothing, type-aware rules included",
  command: [
    process.execPath,
    join(folderOf("oxlint"), "bin/oxlint"),
    "--type-aware",
    "--deny-warnings",
    "--report-unused-disable-directives",
    "--format=unix",
  ],
  environment: { OXLINT_TSGOLINT_PATH: findTypeAwareLinter() },
  limitMinutes: 5,
});

/** The program itself, not its start script: that one would need Node. */
function findTypeAwareLinter(): string {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = `@oxlint-tsgolint/${process.platform}-${process.arch}/tsgolint${suffix}`;
  return Bun.resolveSync(program, folderOf("oxlint-tsgolint"));
}

function folderOf(packageName: string): string {
  return dirname(Bun.fileURLToPath(import.meta.resolve(`${packageName}/package.json`)));
}
