import { defineSchedule } from "../define-schedule.ts";

export default defineSchedule({
  role: "label-sample",
  does: "puts a few random cases that nobody was asked about before a person",
  cron: "30 8 * * *",
  window: "since-last",
});
