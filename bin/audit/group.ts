/** The group of the day's audit; as its file in schedules/definitions/. */
export const logAudit = "log-audit";
