// tollbell template list: the templates of a sender, one line for each language.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { bidCap, hasBid } from '../../domain/bid.ts';
import { type Template, TEMPLATE_CATEGORIES, TEMPLATE_STATUSES } from '../../domain/template.ts';
import { type Currency, formatAmount } from '../../values/money.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { addPageOptions, helpText, pageOptions, parseOptions } from '../options.ts';
import { toPage } from '../page.ts';
import { type Style, table } from '../render.ts';
import { listOf } from '../shapes.ts';
import { TEMPLATE_COLUMNS, TemplateItem, toTemplateItem } from '../template-shapes.ts';

const TemplateListOptions = z.object({
  category: z.optional(z.enum(TEMPLATE_CATEGORIES, { error: `one of ${TEMPLATE_CATEGORIES.join(', ')}` })),
  status: z.optional(z.enum(TEMPLATE_STATUSES, { error: `one of ${TEMPLATE_STATUSES.join(', ')}` })),
  ...pageOptions(),
});

const TemplateListDocument = listOf(TemplateItem);

export const defineTemplateList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description("Lists the sender's templates by name and language.")
    .option('--category <category>', `only ${TEMPLATE_CATEGORIES.join(', ')}`)
    .option('--status <status>', `only ${TEMPLATE_STATUSES.join(', ')}`)
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell template list', 'tollbell template list --category marketing --format csv'],
        output:
          '{"schema":"tollbell.template-list/1","items":[{"name","language","category","status","quality","provider_id","parameters":[…],…}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listTemplates(app, parseOptions(TemplateListOptions, { ...options }))));
  return TemplateListDocument;
};

/** The templates in force. Empty where there is no store. */
export async function listTemplates(
  app: App,
  { category, status, ...page }: z.output<typeof TemplateListOptions>,
): Promise<View<z.output<typeof TemplateListDocument>>> {
  const store = await app.reader();
  const sender = store === null ? null : await currentSender(store, app.config);
  const all = store === null || sender === null ? [] : await store.listTemplates({ senderId: sender.id, name: null });
  const wanted = all.filter(
    (template) => (category ?? template.category) === template.category && (status ?? template.status) === template.status,
  );
  const { items, next } = toPage(wanted, page, ({ name, language }) => `${name}/${language}`);
  return {
    command: 'template-list',
    schema: TemplateListDocument,
    document: { items: items.map(toTemplateItem), next },
    rows: 'items',
    columns: TEMPLATE_COLUMNS,
    text: (style) => (sender === null || items.length === 0 ? 'No templates.' : listText(items, sender.currency, style)),
  };
}

// The sandbox has no opinion of templates, and few have a maximum price: a list does without a column that is empty.
function listText(templates: readonly Template[], currency: Currency, style: Style): Promise<string> {
  const isJudged = templates.some(({ quality }) => quality !== null);
  const isCapped = templates.some((template) => hasBid(template));
  const header = [
    'NAME',
    'LANGUAGE',
    'CATEGORY',
    'STATUS',
    ...(isJudged ? ['QUALITY'] : []),
    ...(isCapped ? ['MAX PRICE'] : []),
    'PARAMETERS',
  ];
  const rows = templates.map((template) => {
    const { name, language, category, status, quality, parameters } = template;
    const cap = bidCap(template, currency);
    const price = cap === null ? '' : `${formatAmount(cap)} ${currency}`;
    return [name, language, category, status, ...(isJudged ? [quality ?? ''] : []), ...(isCapped ? [price] : []), parameters.join(' ')];
  });
  return table({ header, rows }, style);
}
