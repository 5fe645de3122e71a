/** Text an attacker would like to see drawn as something else. */
export const hostile = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "<!channel> <!here> <!subteam^S0IR>",
  "<https://evil.example|approve here>",
  "`*_~break_*~` ```out```",
  "*Action authorised* by <@U0MIA>",
  "&lt;b&gt; &amp;lt; &#60;",
  "</article></main><dialog open>",
  "javascript:alert(1)",
  "\u202eexe.txt\u2066 \u200b",
  "> quote\n> more\n• list",
  ":warning: :red_circle:",
  "${7*7} {{7*7}} <%= 7 %>",
];
