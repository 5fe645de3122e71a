/** The people and places of the workspace tests. */
export const directory = {
  channels: [
    { id: "C0CASES", name: "soc-cases", topic: "One thread per case" },
    { id: "C0DIGEST", name: "soc-digest", topic: "Campaigns, shifts and tuning" },
    { id: "C0OPS", name: "soc-ops", members: ["U0MIA", "U0SAM"] },
    { id: "C0CLOSED", name: "hr-private", is_private: true, members: ["U0SAM"], app_is_member: false },
  ],
  users: [
    {
      id: "U0MIA",
      name: "mia",
      real_name: "Mia Lindqvist",
      title: "IR Lead on call",
      tz: "Europe/Stockholm",
    },
    { id: "U0TOM", name: "tom", real_name: "Tom Okafor", title: "Tier 2 analyst" },
    { id: "U0SAM", name: "sam", real_name: "Samira Haddad", title: "SOC manager" },
    { id: "U0GUS", name: "gus", real_name: "Gus Weber", title: "Guest, auditor", is_restricted: true },
    { id: "U0OLD", name: "old", real_name: "Olive Dahl", title: "Left in May", deleted: true },
    { id: "U0FAR", name: "far", real_name: "Farah Stranger", title: "Partner", team_id: "T0PARTNER" },
  ],
  usergroups: [
    { id: "S0IRLEAD", handle: "ir-lead-oncall", name: "IR Lead On-Call", users: ["U0MIA"] },
    { id: "S0TIER2", handle: "tier2-oncall", name: "Tier 2 On-Call", users: ["U0TOM", "U0MIA"] },
  ],
};
