import { type BindingPattern, type Node, type ParamPattern, type Program, Visitor } from "oxc-parser";
import type { ImportFact } from "./source-facts.ts";

export interface ExpressionFacts {
  readonly imports: ImportFact[];
  readonly environmentLines: number[];
  readonly exitLines: number[];
}

/** Finds what the module record of the parser does not list: imports in expressions and types, and globals. */
export function readExpressions(program: Program, at: (index: number) => number): ExpressionFacts {
  const facts: ExpressionFacts = { imports: [], environmentLines: [], exitLines: [] };
  // A parameter called `process` is a port that somebody passed in, not the global.
  const parameters: string[][] = [];
  const enter = ({ params }: { params: ParamPattern[] }): void => void parameters.push(params.flatMap(boundNames));
  const leave = (): void => void parameters.pop();
  const isGlobal = (node: Node, name: string): boolean =>
    node.type === "Identifier" && node.name === name && !parameters.some((names) => names.includes(name));

  const addImport = (source: Node | undefined, typeOnly: boolean): void => {
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    facts.imports.push({ specifier: source.value, line: at(source.start), typeOnly });
  };
  const addMember = (owner: Node, name: string | undefined): void => {
    const hasEnvironment = isGlobal(owner, "process") || isGlobal(owner, "Bun") || owner.type === "MetaProperty";
    if (name === "env" && hasEnvironment) facts.environmentLines.push(at(owner.start));
    if (name === "exit" && isGlobal(owner, "process")) facts.exitLines.push(at(owner.start));
  };

  new Visitor({
    FunctionDeclaration: enter,
    "FunctionDeclaration:exit": leave,
    FunctionExpression: enter,
    "FunctionExpression:exit": leave,
    ArrowFunctionExpression: enter,
    "ArrowFunctionExpression:exit": leave,
    ImportExpression: ({ source }) => addImport(source, false),
    TSImportType: ({ source }) => addImport(source, true),
    TSExternalModuleReference: ({ expression }) => addImport(expression, false),
    CallExpression: ({ callee, arguments: [...passed] }) => {
      if (isModuleCall(callee)) addImport(passed[0], false);
      for (const value of passed) if (isGlobal(value, "process")) facts.environmentLines.push(at(value.start));
    },
    MemberExpression: ({ object, property, computed }) => addMember(object, nameOf(property, computed)),
    VariableDeclarator: ({ id, init }) => {
      if (init === null || id.type !== "ObjectPattern") return;
      for (const part of id.properties) {
        if (part.type === "Property") addMember(init, nameOf(part.key, part.computed));
      }
    },
    ImportDeclaration: ({ source, specifiers, start }) => {
      if (!["node:process", "process", "bun"].includes(source.value)) return;
      for (const specifier of specifiers) {
        const name = specifier.type === "ImportSpecifier" ? nameOf(specifier.imported, false) : undefined;
        if (name === "env") facts.environmentLines.push(at(start));
        if (name === "exit") facts.exitLines.push(at(start));
      }
    },
  }).visit(program);
  return facts;
}

function nameOf(node: Node, computed: boolean): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  return node.type === "Identifier" && !computed ? node.name : undefined;
}

/** `require("x")` and `import.meta.resolve("x")`. */
function isModuleCall(callee: Node): boolean {
  if (callee.type === "Identifier") return callee.name === "require";
  if (callee.type !== "MemberExpression") return false;
  return nameOf(callee.property, callee.computed) === "resolve" && callee.object.type === "MetaProperty";
}

function boundNames(pattern: ParamPattern | BindingPattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    case "TSParameterProperty":
      return boundNames(pattern.parameter);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case "ObjectPattern":
      return pattern.properties.flatMap((part) => boundNames(part.type === "RestElement" ? part.argument : part.value));
  }
}
