import { defineSchedule } from "../define-schedule.ts";

export default defineSchedule({
  role: "threat-hunter",
  does: "looks between the cases",
  cron: "0 6,18 * * *",
  window: "since-last",
});
