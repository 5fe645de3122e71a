import { defineSchedule } from "../define-schedule.ts";

export default defineSchedule({
  role: "soc-manager",
  does: "sums up the shift and hands over what is open",
  cron: "0 6,14,22 * * *",
  window: "since-last",
});
