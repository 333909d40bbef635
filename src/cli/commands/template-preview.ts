// tollbell template preview: a template as its recipient would read it.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { type ParameterProblem, parameterProblems } from '../../domain/template-parameters.ts';
import { renderTemplate } from '../../domain/template-render.ts';
import { fail } from '../../errors.ts';
import type { Define, View } from '../command.ts';
import { findTemplates, onlyLanguage } from '../find-templates.ts';
import { hint } from '../hint.ts';
import { collect, helpText, languageText, orNull, pairs, parseOptions } from '../options.ts';
import { letterText, RenderedItem, toRenderedItem } from '../template-shapes.ts';

const TemplatePreviewOptions = z.object({ name: z.string(), language: orNull(languageText), param: pairs });

const TemplatePreviewDocument = z.object({
  item: z.object({
    name: z.string(),
    language: z.string(),
    category: z.string(),
    parameters: z.record(z.string(), z.string()),
    missing: z.array(z.string()).check(z.describe('parameters without a value; the text shows their variables')),
    ...RenderedItem,
  }),
});

export const defineTemplatePreview: Define = (parent, host) => {
  const command = parent
    .command('preview')
    .description('Shows the message that a recipient would read. Parameters that are not given show as variables.')
    .argument('<name>', "the template's name")
    .option('--param <name=value>', 'a parameter; several times', collect)
    .option('--language <code>', 'which language, where it has several')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell template preview order_shipped --language de --param name=Ada --param order=A-17',
          'tollbell template preview hello_world',
        ],
        output:
          '{"schema":"tollbell.template-preview/1","item":{"name","language","category","parameters":{…},"missing":[…],"header","body","footer","buttons":[…]}}',
        exits: [0, 2, 8],
      }),
    )
    .action((name: string, options: object) =>
      host.run(command, (app) => previewTemplate(app, parseOptions(TemplatePreviewOptions, { name, ...options }))),
    );
  return TemplatePreviewDocument;
};

/** The rendered message. Throws `unknown_template`, and `parameter_mismatch` for a value that a message could not have. */
export async function previewTemplate(
  app: App,
  { param, ...options }: z.output<typeof TemplatePreviewOptions>,
): Promise<View<z.output<typeof TemplatePreviewDocument>>> {
  const template = onlyLanguage(await findTemplates(app, options), options.name);
  const problems = parameterProblems(template, param);
  const wrong = problems.find(({ problem }) => problem !== 'missing');
  if (wrong !== undefined) throw mismatch(wrong, template.parameters);
  const missing = problems.map(({ parameter }) => parameter);
  const rendered = renderTemplate(template, param);
  if (missing.length > 0) hint(app, `Not given: ${missing.join(', ')}. A message needs all of them.`);
  const { name, language, category } = template;
  return {
    command: 'template-preview',
    schema: TemplatePreviewDocument,
    document: { item: { name, language, category, parameters: param, missing, ...toRenderedItem(rendered) } },
    columns: ['name', 'language', 'category', 'body'],
    text: (style) => letterText(rendered, style),
  };
}

function mismatch({ parameter, problem }: ParameterProblem, declared: readonly string[]): Error {
  return fail('parameter_mismatch', {
    message: `Parameter ${parameter} is ${problem.replaceAll('_', ' ')}.`,
    hint: declared.length === 0 ? 'The template takes no parameters.' : `The template takes ${declared.join(', ')}.`,
    details: { option: 'param', parameter, problem },
  });
}
