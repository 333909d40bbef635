// Questions to a person. The only user of inquirer; without a terminal a question is the error `input_required`.

import type { App } from '../app.ts';
import { fail } from '../errors.ts';

/** What is asked, and the option that says the same. */
type Question = { readonly message: string; readonly option: string };

/** Asks for a line of text, checked before it is taken. Throws `input_required` without a terminal. */
export async function askText(
  app: App,
  question: Question & { readonly preset?: string; readonly check?: (text: string) => true | string },
): Promise<string> {
  const { default: inquirer } = await ask(app, question);
  const { answer } = await inquirer.prompt<{ answer: string }>([
    { type: 'input', name: 'answer', message: question.message, default: question.preset, validate: question.check ?? (() => true) },
  ]);
  return answer;
}

async function ask(app: App, question: Question): Promise<typeof import('inquirer')> {
  if (!app.config.prompts || !app.io.canAsk()) {
    throw fail('input_required', {
      message: `${question.message} There is no terminal to ask on.`,
      hint: `Say it with ${question.option}.`,
      details: { option: question.option },
    });
  }
  return import('inquirer');
}
