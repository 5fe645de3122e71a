/** Why nobody can say who is on call: the directory's words. What stands in them is shown as text of others. */

export const noOnCallRole = (role: string): string => `soc.yaml lists no on-call role "${role}"`;
export const noUserGroup = (group: string): string => `Slack has no user group "${group}"`;
export const emptyUserGroup = (group: string): string => `the user group "${group}" is empty`;
