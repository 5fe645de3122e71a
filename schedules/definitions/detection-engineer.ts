import { defineSchedule } from "../define-schedule.ts";

export default defineSchedule({
  role: "detection-engineer",
  does: "names the rules that were wrong most often",
  cron: "0 9 * * mon-fri",
  // Two weeks: one noisy day makes no noisy rule, and what a weekend held is in it.
  window: { hours: 14 * 24 },
});
