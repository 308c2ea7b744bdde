/** What piscina and tinypool run. */
export function echo(question: unknown): unknown {
  return question;
}
