import { lintSource } from "@secretlint/core";
import { creator as recommended } from "@secretlint/secretlint-rule-preset-recommend";
import { lineAt, type TextFile } from "../files.ts";
import type { Finding } from "../step.ts";
import { ALLOWED_VALUES, MARKER } from "./allowed.ts";
import { matchSecrets, type SecretMatch } from "./patterns.ts";

const PRESET = "@secretlint/secretlint-rule-preset-recommend";
/** Without its secret too: it says whose account it is, and its secret may stand under any name. */
const WITH_IDS_OF_AWS = { id: "@secretlint/secretlint-rule-aws", options: { enableIDScanRule: true } };
const SHOWN_CHARACTERS = 4;

/**
 * Looks for secrets: secretlint's recommended preset (private keys, keys of cloud and package hosts, credentials in
 * URIs), JSON Web Tokens, and random values assigned to telling names. A marker without a reason, or one that allows
 * nothing, is a finding too.
 */
export async function scanForSecrets(files: readonly TextFile[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of files) findings.push(...(await scanFile(file)));
  return findings;
}

async function scanFile(file: TextFile): Promise<Finding[]> {
  const matches = [...(await matchPreset(file)), ...matchSecrets(file.path, file.text)]
    .filter(({ value }) => !ALLOWED_VALUES.some((allowed) => value.includes(allowed.value)))
    .map((match) => ({ ...match, line: lineAt(file.text, match.index) }));
  const lines = file.text.split("\n");
  const markers = new Map(
    lines.flatMap((text, index) => {
      const marker = MARKER.exec(text);
      return marker === null ? [] : [[index + 1, (marker[1] ?? "").trim()] as const];
    }),
  );
  const markerOf = (line: number): number | undefined => [line, line - 1].find((each) => markers.has(each));
  const used = new Set(matches.map(({ line }) => markerOf(line)));
  const secrets = matches
    .filter(({ line }) => markerOf(line) === undefined)
    .map(({ line, rule, value }) => finding(file.path, line, rule, `${masked(value)} looks like a secret.`));
  const stale = [...markers].flatMap(([line, reason]) => {
    if (reason === "") return [finding(file.path, line, "marker", "The marker needs its reason in brackets.")];
    return used.has(line) ? [] : [finding(file.path, line, "marker", "The marker allows nothing; take it out.")];
  });
  return onePerLine([...secrets, ...stale]);
}

async function matchPreset({ path, text }: TextFile): Promise<SecretMatch[]> {
  const { messages } = await lintSource({
    source: { filePath: path, content: text, contentType: "text", ext: "" },
    options: {
      noPhysicFilePath: true,
      config: { rules: [{ id: PRESET, rule: recommended, rules: [WITH_IDS_OF_AWS] }] },
    },
  });
  return messages.map(({ range, ruleId }) => ({
    index: range[0],
    value: text.slice(range[0], range[1]),
    rule: ruleId.replace("@secretlint/secretlint-rule-", ""),
  }));
}

/** Two rules that see the same secret give one line. */
function onePerLine(findings: readonly Finding[]): Finding[] {
  const byLine = new Map(findings.toReversed().map((each) => [each.line, each]));
  return [...byLine.values()].sort((a, b) => a.line - b.line);
}

/** The report must not repeat the secret: logs of a failed run are public. */
function masked(value: string): string {
  return `${value.slice(0, SHOWN_CHARACTERS)}… (${value.length} characters)`;
}

function finding(file: string, line: number, rule: string, sentence: string): Finding {
  return { file, line, rule, sentence };
}
