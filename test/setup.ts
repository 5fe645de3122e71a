/** Runs before each test file: tracing must never leave the machine by accident. */
for (const name of Object.keys(process.env)) {
  if (name.startsWith("LANGSMITH_") || name.startsWith("LANGCHAIN_"))
    Reflect.deleteProperty(process.env, name);
}
