type Plan = { readonly [field: string]: unknown };

/** The stages of the plan that a query ran with, outermost first. */
export function stagesOf(explained: unknown): readonly string[] {
  const { queryPlanner } = explained as { queryPlanner: { winningPlan: Plan } };
  return stages(queryPlanner.winningPlan);
}

function stages(plan: Plan): readonly string[] {
  const inner = [plan["inputStage"], plan["queryPlan"], ...((plan["inputStages"] as Plan[] | undefined) ?? [])];
  const own = typeof plan["stage"] === "string" ? [plan["stage"]] : [];
  return [
    ...own,
    ...inner.flatMap((child) => (typeof child === "object" && child !== null ? stages(child as Plan) : [])),
  ];
}
