import { exitCodes } from "../exit-codes.ts";
import { credentialsPath, PROJECT_FILE, userConfigPath } from "../session/config-files.ts";
import { settingVariables } from "../session/settings.ts";
import { SIDE_BY_SIDE_MIN_WIDTH } from "./layout.ts";

/** Pages of `ordersctl help <topic>`. */
export const topics: Readonly<Record<string, { readonly summary: string; text(): string }>> = {
  "exit-codes": {
    summary: "what each exit code means",
    text: () =>
      Object.values(exitCodes)
        .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}\n`)
        .join(""),
  },
  environment: {
    summary: "variables and files that are read",
    text: () => `A setting is taken from the first of: option, variable, project file, user file, default.
See them with: ordersctl config view --show-origin

Variables
${Object.entries(settingVariables)
  .map(([name, variable]) => `  ${variable.padEnd(24)} ${name}\n`)
  .join("")}  ORDERSCTL_TOKEN          access token to use instead of the stored sign-in
  ORDERSCTL_DATA_DIR       data directory of up (--data-dir)
  ORDERSCTL_DEBUG          if set, the same as --debug
  NO_COLOR, TERM=dumb      no colours
  MONGO_URI, MONGOD_BIN    which MongoDB up uses
  HTTP_PROXY, HTTPS_PROXY, NO_PROXY   under Bun; localhost is always asked directly
  ADMIN_EMAIL, ADMIN_PASSWORD   the first administrator that up creates

Files
  ${PROJECT_FILE}          project file, in the working directory or above: settings, no sign-ins
  ${userConfigPath({ HOME: "~" })}        your profiles and settings
  ${credentialsPath({ HOME: "~" })}   your sign-ins, readable only by you (0600)
  $XDG_CONFIG_HOME replaces ~/.config.
`,
  },
  output: {
    summary: "formats of -o, and what goes where",
    text: () => `Data goes to standard output, messages to standard error, so a pipe gets only data.

  -o table      the default; cut to the width of the terminal, except ids and times
  -o wide       more columns, nothing cut
  -o json       one JSON value; an array for lists
  -o ndjson     one JSON object per line, streamed
  -o yaml       YAML
  -o name       kind/id, one per line
  -o jsonpath=  a template as in kubectl; lists are under .items:
                  ordersctl orders get ID -o jsonpath='{.items[*].productName}'
                  ordersctl orders list -o jsonpath='{range .items[*]}{.id} {.status}{"\\n"}{end}'
  -q            no messages, and only ids on standard output

Colours appear only on a terminal, unless --color always|never, NO_COLOR or TERM=dumb says otherwise.
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
