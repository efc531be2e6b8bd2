import type { Pane } from './pane.ts';

const QUESTION = 'What do you want to do?';

/** Types something for the model, and Enter. */
export async function say(pane: Pane, prompt: string): Promise<void> {
  // After a limit the program may ask what to do, at any moment, and takes what is typed for an answer.
  for (;;) {
    await pane.type(prompt);
    const screen = await pane.until(new RegExp(`${literally(prompt)}|${literally(QUESTION)}`));
    if (!screen.includes(QUESTION)) break;
    await pane.press('Escape');
    await pane.until(new RegExp(`^(?!.*${literally(QUESTION)})`, 's'));
  }
  await pane.press('Enter');
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
