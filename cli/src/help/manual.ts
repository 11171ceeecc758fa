import { type Branch, commandTree } from "../command-tree.ts";
import { describeBranch, describeGlobals, type OptionFacts, type VerbFacts } from "../tree/describe.ts";
import { topics } from "./topics.ts";

const INTRO = `# ordersctl

<!-- Made by \`bun run docs:cli\` from the command tree. Change the commands, not this page. -->

The command line of the Product Order System. In a checkout it is \`bun run ordersctl …\`; \`bun run ship\` builds programs that need neither the checkout nor Bun.

\`\`\`sh
ordersctl up                                   # start everything, and sign in
ordersctl seed                                 # demo users and products
ordersctl orders place --item "Keyboard=2"     # a first order
ordersctl orders list                          # see it
\`\`\`

Shell completion: \`ordersctl completion bash|zsh|fish\`.
`;

/** The Markdown page of the whole command line: docs/ordersctl.md. */
export async function manual(): Promise<string> {
  const branches = await Promise.all(
    commandTree.map(async (branch) => ({ branch, verbs: await describeBranch(branch) })),
  );
  const groups = [...new Set(commandTree.map(({ group }) => group))];
  const chapters = groups.map((group) => {
    const own = branches.filter(({ branch }) => branch.group === group);
    return [`## ${group.replace(/:$/, "")}`, ...own.flatMap(({ verbs }) => verbs.map(section))].join("\n\n");
  });
  return `${[INTRO.trimEnd(), overview(branches), ...chapters, globals(), ...pages()].join("\n\n")}\n`;
}

interface Loaded {
  readonly branch: Branch;
  readonly verbs: readonly VerbFacts[];
}

const overview = (branches: readonly Loaded[]): string =>
  table(
    ["command", "what it does"],
    branches.flatMap(({ verbs }) => verbs.map(({ words, summary }) => [link(words), cell(summary)])),
  );

const link = (words: readonly string[]): string => `[\`${words.join(" ")}\`](#${words.join("-")})`;

function section(verb: VerbFacts): string {
  const { words, aliases, usage, description, options, examples } = verb;
  return [
    `### ${words.join(" ")}`,
    text(description),
    ...(aliases.length === 0 ? [] : [`Alias: ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`]),
    `\`\`\`\n${usage}\n\`\`\``,
    ...(options.length === 0 ? [] : [optionTable(options)]),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join("\n")}\n\`\`\``]),
  ].join("\n\n");
}

const globals = (): string =>
  `## Global options\n\nThese work with every command.\n\n${optionTable(describeGlobals())}`;

const pages = (): readonly string[] =>
  Object.entries(topics).map(
    ([name, { summary, text }]) =>
      `## ${titleOf(name)}\n\nFrom \`ordersctl help ${name}\`: ${summary}.\n\n\`\`\`\n${text().trimEnd()}\n\`\`\``,
  );

/** `exit-codes` as a heading. */
const titleOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");

const optionTable = (options: readonly OptionFacts[]): string =>
  table(
    ["option", "meaning"],
    options.map(({ flags, description, choices, standard }) => [
      `\`${flags.replaceAll("|", "\\|")}\``,
      cell(
        [
          description,
          ...(choices.length === 0 ? [] : [`(${choices.join(", ")})`]),
          ...(standard === undefined ? [] : [`(default ${standard})`]),
        ].join(" "),
      ),
    ]),
  );

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** A word in angle brackets would be an HTML element. */
const text = (words: string): string => words.replaceAll("<", "&lt;");
const cell = (words: string): string => text(words).replaceAll("|", "\\|").replaceAll("\n", " ");
