/* The floors of the house: imports run one way (docs/architecture.md). */
const kernel = "^src/";
const floor = (name, from, to, comment) => ({
  name,
  severity: "error",
  comment,
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    floor(
      "kernel-knows-no-vendor-slack-or-cron",
      kernel,
      "@slack/|node-cron|@langchain/openai|^(vendors|roles|slack|schedules|web|bin)/",
      "src/ is the kernel",
    ),
    floor(
      "events-are-the-ground",
      "^src/events/",
      "^src/(?!events/|clock\\.|errors\\.)",
      "the event contract imports nothing of ours",
    ),
    floor(
      "bus-and-indicators-stand-on-events",
      "^src/(bus|indicators)/",
      "^src/(memory|gate|agent|models|seams|replay|team|index)",
      "",
    ),
    floor(
      "memory-and-gate-are-pure-projections",
      "^src/(memory|gate)/",
      "^src/(agent|models|seams|replay|team|index)",
      "",
    ),
    floor(
      "agent-models-seams-below-replay-and-team",
      "^src/(agent|models|seams)/",
      "^src/(replay|team|index)",
      "",
    ),
    floor("roles-and-vendors-below-surfaces", "^(roles|vendors)/", "^(slack|schedules|web|bin)/", ""),
    floor(
      "roles-do-not-know-each-other",
      "^roles/([^/]+)\\.ts$",
      "^roles/(?!rules/)[^/]+\\.ts$",
      "a role reads events and returns events",
    ),
    floor("surfaces-do-not-know-bin", "^(slack|schedules|web)/", "^bin/", ""),
    floor(
      "slack-does-not-know-roles",
      "^slack/",
      "^(roles|vendors)/",
      "a front end shows events, whoever said them",
    ),
    floor(
      "the-local-workspace-is-an-external-system",
      "^slack/workspace/",
      "^(src|roles|vendors|schedules|web|bin)/|^slack/(?!workspace/)",
      "it stands for Slack and imports nothing of ours",
    ),
    floor(
      "nobody-imports-the-local-workspace-but-bin",
      "^(?!slack/workspace/|bin/)",
      "^slack/workspace/(?!page/html\\.ts$)",
      "the rest knows only its URL",
    ),
    floor(
      "only-the-dashboard-shares-the-html-template",
      "^(?!slack/workspace/|bin/|web/)",
      "^slack/workspace/page/html\\.ts$",
      "the one pure helper both pages are drawn with: it escapes, imports nothing and knows nothing of a workspace",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
