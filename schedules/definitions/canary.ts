import { defineSchedule } from "../define-schedule.ts";

export default defineSchedule({
  role: "canary",
  does: "sends an alert of our own through everything, and looks whether it comes out",
  // Off the hour, when everything else wakes.
  cron: "20 * * * *",
  window: "since-last",
});
