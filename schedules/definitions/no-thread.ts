import { defineSchedule } from "../define-schedule.ts";

export default defineSchedule({
  role: "no-thread",
  does: "says in a line what got no thread of its own",
  cron: "0 * * * *",
  window: "since-last",
});
