// tollbell template add: brings a template in from a file of the provider's own format.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { bidCap } from '../../domain/bid.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Template } from '../../domain/template.ts';
import { parseTemplate } from '../../domain/template-parse.ts';
import { fail } from '../../errors.ts';
import { formatAmount } from '../../values/money.ts';
import { titleOf } from '../../values/text.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { hint } from '../hint.ts';
import { arrivingTemplate } from '../new-template.ts';
import { helpText, parseOptions } from '../options.ts';
import { readText } from '../read-text.ts';
import { TEMPLATE_COLUMNS, TemplateItem, toTemplateItem } from '../template-shapes.ts';

// The texts of a template have some 4,000 characters at most; the rest is room for examples and fields that we do not know.
const FILE_BYTES_MAX = 1_000_000;

const TemplateAddOptions = z.object({ file: z.string() });

const TemplateAddDocument = z.object({ item: z.extend(TemplateItem, { result: z.enum(['added', 'updated', 'unchanged']) }) });

export const defineTemplateAdd: Define = (parent, host) => {
  const command = parent
    .command('add')
    .description(
      "Adds a template to the sender, or replaces its content. The file is the body with which the provider's API creates it. It can be sent once the provider has approved it; the sandbox approves at once. A marketing template may name a maximum price in optimization_spec.",
    )
    .argument('<file>', 'a JSON file, or - for standard input')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell template add order_shipped.en_US.json', 'tollbell template add - --json < order_shipped.de.json'],
        output:
          '{"schema":"tollbell.template-add/1","item":{"name","language","category","status","quality","provider_id","parameters":[…],…,"result":"added|updated|unchanged"}}',
        exits: [0, 2, 8],
      }),
    )
    .action((file: string) => host.run(command, (app) => addTemplate(app, parseOptions(TemplateAddOptions, { file }))));
  return TemplateAddDocument;
};

/** Keeps the template for the sender. Messages that were admitted with an older content keep that. Throws `template_invalid`. */
export async function addTemplate(
  app: App,
  { file }: z.output<typeof TemplateAddOptions>,
): Promise<View<z.output<typeof TemplateAddDocument>>> {
  const document = parseJson(await readText(app.io, file, FILE_BYTES_MAX), file);
  const content = parseTemplate(document);
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const known = (await store.listTemplates({ senderId: sender.id, name: content.name })).find(
    ({ language }) => language === content.language,
  );
  const added = arrivingTemplate(app, sender, { content, isReviewed: 'status' in (document as object), known });
  const result = await store.putTemplate(added);
  const stored = await store.listTemplates({ senderId: sender.id, name: added.name });
  const template = stored.find(({ language }) => language === added.language) ?? added;
  if (template.status !== 'approved') hint(app, `It cannot be sent yet: its status is ${template.status}.${nextStep(sender, template)}`);
  if (template.bidAmount !== content.bidAmount) hint(app, 'It keeps its maximum price, which the provider has: the file names none.');
  if (template.category !== content.category) hint(app, `The provider has it as ${template.category}, and charges it as that.`);
  return {
    command: 'template-add',
    schema: TemplateAddDocument,
    document: { item: { ...toTemplateItem(template), result } },
    columns: [...TEMPLATE_COLUMNS, 'result'],
    text: (style) => {
      const parameters = template.parameters.length === 0 ? 'no parameters' : `parameters: ${template.parameters.join(', ')}`;
      const cap = bidCap(template, sender.currency);
      const bid = cap === null ? '' : `; maximum price ${formatAmount(cap)} ${sender.currency}`;
      return `${style.good(result)} ${template.name} ${template.language} (${template.category}; ${parameters}${bid})`;
    },
  };
}

function nextStep({ whatsapp }: Sender, { providerId }: Template): string {
  if (whatsapp === null) return '';
  return providerId === null
    ? ' Hand it in with tollbell template push.'
    : ' tollbell template push hands it in; template sync asks for its review.';
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail('template_invalid', {
      message: `${titleOf(file)} is not JSON: ${cause instanceof Error ? cause.message : 'it cannot be read'}.`,
      hint: "A template file is the JSON body with which the provider's API creates the template.",
      cause,
      details: { path: file },
    });
  }
}
