import { rm } from "node:fs/promises";
import { CliError } from "../errors.ts";
import { readJsonObject, textField, writePrivateJson } from "../files.ts";
import { shellWord } from "../output/text.ts";
import type { StackLayout } from "./layout.ts";

/** Notes, until the restore is through, that the databases of a stack hold a part of a backup. */
export const markRestoring = ({ restoreFile }: StackLayout, folder: string): Promise<void> =>
  writePrivateJson(restoreFile, { folder });

export const markRestored = ({ restoreFile }: StackLayout): Promise<void> => rm(restoreFile, { force: true });

/** @throws {CliError} when a restore broke off half-way: who starts on a part of the books sells what is sold */
export async function refuseHalfRestored({ restoreFile, dataDir, option }: StackLayout): Promise<void> {
  const mark = await readJsonObject(restoreFile);
  if (mark === undefined) return;
  const folder = shellWord(textField(mark, "folder") ?? "<directory>");
  throw new CliError(`A restore into ${dataDir} did not finish: its databases hold only part of the backup.`, {
    tries: [`ordersctl restore ${folder} --replace${option}`],
  });
}
