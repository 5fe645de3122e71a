import { defineSchedule } from "../define-schedule.ts";

export default defineSchedule({
  role: "log-audit",
  does: "verifies the log and posts where it ends",
  cron: "10 6 * * *",
  window: "since-last",
});
