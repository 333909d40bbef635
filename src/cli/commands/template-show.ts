// tollbell template show: one template in all its languages, as stored and as text.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { bidCap } from '../../domain/bid.ts';
import { renderTemplate } from '../../domain/template-render.ts';
import { TTL_LONGEST } from '../../domain/template-ttl.ts';
import { formatAmount } from '../../values/money.ts';
import type { Define, View } from '../command.ts';
import { findTemplates } from '../find-templates.ts';
import { helpText, languageText, orNull, parseOptions } from '../options.ts';
import { pricedSender } from '../price-cards.ts';
import { letterText, TemplateItem, toTemplateItem } from '../template-shapes.ts';

const TemplateShowOptions = z.object({ name: z.string(), language: orNull(languageText) });

const TemplateShowDocument = z.object({
  item: z.object({
    name: z.string(),
    languages: z.array(
      z.extend(z.omit(TemplateItem, { name: true }), {
        components: z.array(z.record(z.string(), z.unknown())).check(z.describe("in the provider's format")),
      }),
    ),
  }),
});

export const defineTemplateShow: Define = (parent, host) => {
  const command = parent
    .command('show')
    .description('Shows a template: its parameters and its text, in every language it has.')
    .argument('<name>', "the template's name")
    .option('--language <code>', 'only this one, such as de or en_US')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell template show order_shipped', 'tollbell template show order_shipped --language de --json'],
        output:
          '{"schema":"tollbell.template-show/1","item":{"name","languages":[{"language","category","status","quality","parameters":[…],"components":[…],…}]}}',
        exits: [0, 2, 8],
      }),
    )
    .action((name: string, options: object) =>
      host.run(command, (app) => showTemplate(app, parseOptions(TemplateShowOptions, { name, ...options }))),
    );
  return TemplateShowDocument;
};

/** The languages of the template. Throws `unknown_template`. */
export async function showTemplate(
  app: App,
  options: z.output<typeof TemplateShowOptions>,
): Promise<View<z.output<typeof TemplateShowDocument>>> {
  const templates = await findTemplates(app, options);
  const { currency } = await pricedSender(await app.reader(), app.config);
  const languages = templates.map((template) => {
    const { name: _name, ...item } = toTemplateItem(template);
    return { ...item, components: [...template.components] };
  });
  return {
    command: 'template-show',
    schema: TemplateShowDocument,
    document: { item: { name: options.name, languages } },
    columns: ['name', 'languages'],
    text: (style) =>
      templates
        .map((template) => {
          const quality = template.quality === null ? '' : `, quality ${template.quality}`;
          const title = `${style.strong(`${template.name} ${template.language}`)}  ${template.category}, ${template.status}${quality}`;
          const parameters = `${style.dim('parameters')}  ${template.parameters.join(', ') || 'none'}`;
          const { ttlSeconds } = template;
          const ttl =
            ttlSeconds === null ? '' : `\n${style.dim('time to live')}  ${ttlSeconds === TTL_LONGEST ? '30 days' : `${ttlSeconds} s`}`;
          const cap = bidCap(template, currency);
          const bid = cap === null ? '' : `\n${style.dim('maximum price')}  ${formatAmount(cap)} ${currency} a delivery`;
          return `${title}\n${parameters}${ttl}${bid}\n\n${letterText(renderTemplate(template, {}), style)}\n`;
        })
        .join('\n'),
  };
}
