import type { Command } from "commander";
import type { View } from "../../output/printer.ts";
import { type Setting, type SettingName, settingNames, settingVariables } from "../../session/settings.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface ViewOptions {
  readonly showOrigin?: boolean;
}

interface Row extends Setting {
  readonly name: SettingName;
  readonly variable: string;
}

export const viewVerb: Verb<ViewOptions> = {
  usage: "view",
  summary: "Show every setting, and where it comes from",
  examples: ["ordersctl config view --show-origin"],
  configure: (command: Command) => command.option("--show-origin", "show where each value comes from"),
  run: async ({ showOrigin = false }: ViewOptions, { settings, printer }: Tools) => {
    const rows = settingNames.map((name) => ({ name, variable: settingVariables[name], ...settings[name] }));
    printer.list(rows, view(showOrigin));
  },
};

const view = (showOrigin: boolean): View<Row> => ({
  kind: "setting",
  id: ({ name }) => name,
  columns: [
    { header: "SETTING", value: ({ name }) => name },
    { header: "VALUE", value: ({ value }) => value },
    { header: "VARIABLE", value: ({ variable }) => variable, wide: true },
    { header: "FROM", value: ({ origin }) => origin, wide: !showOrigin },
  ],
});
