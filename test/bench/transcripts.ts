export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** One message, between 0.4 and 20 kB long, each the answer to the one before it. */
export function message(number: number, sessionId: string, more: object = {}): string {
  const length = number % 10 === 0 ? 20_000 : 200 + (number % 7) * 300;
  const type = number % 2 === 1 ? 'user' : 'assistant';
  return `${JSON.stringify({
    parentUuid: number <= 1 ? null : uuidOf(number - 1),
    isSidechain: false,
    cwd: '/home/me/work',
    sessionId,
    version: '2.1.332',
    type,
    message: {
      role: type,
      content: [{ type: 'text', text: 'Some "quoted" words, and a line.\n'.repeat(length / 33) }],
    },
    uuid: uuidOf(number),
    timestamp: new Date(1_790_000_000_000 + number * 1000).toISOString(),
    ...more,
  })}\n`;
}
