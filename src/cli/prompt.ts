// Questions to a person. The only user of inquirer; without a terminal a question is the error `input_required`.

import type { App } from '../app.ts';
import { fail } from '../errors.ts';

/** What is asked, the option that says the same, what an empty answer means, and what an answer must be. */
export type Question = {
  readonly message: string;
  readonly option: string;
  readonly preset: string;
  readonly check: (text: string) => true | string;
};

// Its library lets a question whose input is closed wait for ever: the signal ends it.
const BROKEN_OFF: ReadonlySet<string> = new Set(['ExitPromptError', 'AbortPromptError']);

/** Asks for a line of text, checked before it is taken. Throws `input_required` without a terminal, `interrupted` for Ctrl-C and Ctrl-D. */
export async function askText(app: App, { message, option, preset, check }: Question): Promise<string> {
  if (!app.config.prompts || !app.io.canAsk()) {
    throw fail('input_required', {
      message: `${message} There is no terminal to ask on.`,
      hint: `Say it with ${option}.`,
      details: { option },
    });
  }
  const { default: inquirer } = await import('inquirer');
  try {
    const prompt = inquirer.createPromptModule({ signal: app.io.answersEnd() });
    const { answer } = await prompt<{ answer: string }>([{ type: 'input', name: 'answer', message, default: preset, validate: check }]);
    return answer;
  } catch (cause) {
    if (cause instanceof Error && BROKEN_OFF.has(cause.name)) throw fail('interrupted', { message: 'Nothing was done.', cause });
    throw cause;
  }
}

/** Asks whether to go on, with no as the preset. Throws what `askText` throws, and `interrupted` where the answer is no. */
export async function askYes(app: App, message: string): Promise<void> {
  const answer = await askText(app, {
    message: `${message} (yes/no)`,
    option: '--yes',
    preset: 'no',
    check: (text) => /^(y|yes|n|no)$/i.test(text.trim()) || 'yes or no',
  });
  if (!/^y/i.test(answer.trim())) throw fail('interrupted', { message: 'Nothing was done.' });
}
