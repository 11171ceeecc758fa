import { exitCodes } from "../exit-codes.ts";
import { credentialsPath, PROJECT_FILE, userConfigPath } from "../session/config-files.ts";
import { settingVariables } from "../session/settings.ts";
import { SIDE_BY_SIDE_MIN_WIDTH } from "./layout.ts";

/** Pages of `ordersctl help <topic>`. */
export const topics: Readonly<Record<string, { readonly summary: string; text(): string }>> = {
  "exit-codes": {
    summary: "what an exit code means",
    text: () =>
      Object.values(exitCodes)
        .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}\n`)
        .join(""),
  },
  environment: {
    summary: "variables and files that are read",
    text: () => `Settings, the first that is set wins: option, variable, project file, your own file, default.
See them with: ordersctl config view --show-origin

Variables
${Object.entries(settingVariables)
  .map(([name, variable]) => `  ${variable.padEnd(24)} ${name}\n`)
  .join("")}  ORDERSCTL_TOKEN          access token to use in place of the stored sign-in
  ORDERSCTL_DATA_DIR       where up keeps a stack (--data-dir)
  ORDERSCTL_DEBUG          any text: the same as --debug
  NO_COLOR, TERM=dumb      no colours
  MONGO_URI, MONGOD_BIN    which MongoDB up takes
  ADMIN_EMAIL, ADMIN_PASSWORD   the first administrator that up makes

Files
  ${PROJECT_FILE}          of a project, in the working directory or above it: settings, never a sign-in
  ${userConfigPath({ HOME: "~" })}        your profiles and settings
  ${credentialsPath({ HOME: "~" })}   your sign-ins, for your eyes only (0600)
  $XDG_CONFIG_HOME takes the place of ~/.config.
`,
  },
  output: {
    summary: "formats of -o, and what goes where",
    text: () => `Data goes to standard output, words to standard error: a pipe gets data alone.

  -o table      the default; on a terminal cut to its width, ids never
  -o wide       more columns, nothing cut
  -o json       one JSON value: a list for lists
  -o ndjson     one JSON object a line; streams
  -o yaml       YAML
  -o name       kind/id, a line each
  -o jsonpath=  a template as in kubectl; lists stand under .items:
                  ordersctl orders get ID -o jsonpath='{.items[*].productName}'
                  ordersctl orders list -o jsonpath='{range .items[*]}{.id} {.status}{"\\n"}{end}'
  -q            no words, and only ids on standard output

Colours appear on a terminal only; --color always|never, NO_COLOR and TERM=dumb decide otherwise.
`,
  },
};

/** The list of topics below the help of the program. */
export const topicsText = (width: number): string =>
  `\nTopics:\n${Object.entries(topics)
    .map(([name, { summary }]) =>
      width < SIDE_BY_SIDE_MIN_WIDTH ? `  help ${name}\n      ${summary}` : `  help ${name.padEnd(17)} ${summary}`,
    )
    .join("\n")}`;
