// tollbell template push: hands a sender's templates in at the provider, and tells what the provider made of each.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Template } from '../../domain/template.ts';
import { type Pushed, pushTemplates } from '../../send/push-templates.ts';
import type { Store } from '../../ports/store.ts';
import { printable } from '../../values/text.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { pickTemplates } from '../find-templates.ts';
import { hint } from '../hint.ts';
import { helpText, languageText, orNull, parseOptions, texts } from '../options.ts';
import type { Style } from '../render.ts';
import { listOf } from '../shapes.ts';
import { DriftShape, driftText, EffectShape, toDrift, toEffect } from '../template-drift-view.ts';

const TemplatePushOptions = z.object({ names: texts, language: orNull(languageText) });

const TemplatePushDocument = z.extend(
  listOf(
    z.object({
      name: z.string(),
      language: z.string(),
      result: z.enum(['created', 'edited', 'unchanged', 'refused', 'unreadable']),
      ...DriftShape,
      reason: z.nullable(z.string()).check(z.describe('why the provider refused it; what of the one there this version cannot read')),
    }),
  ),
  { sender: z.string(), ...EffectShape },
);

export const defineTemplatePush: Define = (parent, host) => {
  const command = parent
    .command('push')
    .description(
      'Hands templates of the store in at the provider, or changes those that read otherwise there; without a name all that are not disabled. One that this version cannot read there is replaced only where it is named. They can be sent once the provider has approved them, which may take a day: template sync asks.',
    )
    .argument('[names...]', 'the names of templates')
    .option('--language <code>', 'only this one, such as de or en_US')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell template push', 'tollbell template push order_shipped --language de --json'],
        output:
          '{"schema":"tollbell.template-push/1","items":[{"name","language","result":"created|edited|unchanged|refused|unreadable","status","quality","category","drift":[…],…,"reason"}],"next":null,"sender","currency",…}',
        exits: [0, 2, 5, 8, 9, 10],
      }),
    )
    .action((names: readonly string[], options: object) =>
      host.run(command, (app) => pushSenderTemplates(app, parseOptions(TemplatePushOptions, { names, ...options }))),
    );
  return TemplatePushDocument;
};

/**
 * The provider has the templates, but for those that it refused: then the exit code is 5. Throws `unknown_template` before anything is handed in, and
 * `provider_unreachable`, `token_rejected`, `secret_missing`.
 */
export async function pushSenderTemplates(
  app: App,
  options: z.output<typeof TemplatePushOptions>,
): Promise<View<z.output<typeof TemplatePushDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const templates = await chosen(store, sender, options);
  const provider = await app.provider(sender);
  const pushed =
    provider === null
      ? []
      : await pushTemplates({ ...app, store, provider }, sender, { templates, replacesUnreadable: options.names.length > 0 });
  const left = pushed.filter(({ result }) => result === 'unreadable');
  if (left.length > 0)
    hint(
      app,
      `${left.length} were left as they are there: this version cannot read them. Name one to replace it; template sync stops sending it.`,
    );
  const taken = pushed.flatMap((one) => (one.taken === null ? [] : [one.taken]));
  return {
    command: 'template-push',
    schema: TemplatePushDocument,
    document: { items: pushed.map(toItem), next: null, sender: sender.name, ...toEffect(taken, sender.currency) },
    rows: 'items',
    columns: ['name', 'language', 'result', 'status', 'quality', 'category', 'repriced_messages', 'difference', 'reason'],
    text: (style) => (provider === null ? SANDBOX : pushText(pushed, { sender, style })),
    exitCode: pushed.some(({ result }) => result === 'refused') ? 5 : 0,
  };
}

const SANDBOX = 'The sandbox approves its templates at once: there is nothing to hand in.';

// What was taken back at the provider is handed in again only where it is named.
async function chosen(
  store: Pick<Store, 'listTemplates'>,
  sender: Sender,
  { names, language }: z.output<typeof TemplatePushOptions>,
): Promise<readonly Template[]> {
  const all = await store.listTemplates({ senderId: sender.id, name: null });
  if (names.length > 0) return [...new Set(names)].flatMap((name) => pickTemplates(all, { name, language, sender }));
  return all.filter((template) => template.status !== 'disabled' && (language === null || template.language === language));
}

function toItem({ name, language, result, taken, reason }: Pushed): z.output<typeof TemplatePushDocument>['items'][number] {
  return { name, language, result, ...toDrift(taken), reason };
}

function pushText(pushed: readonly Pushed[], { sender, style }: { readonly sender: Sender; readonly style: Style }): string {
  if (pushed.length === 0) return 'No templates to hand in.';
  return pushed
    .map(({ name, language, result, taken, reason }) =>
      taken === null
        ? `${style.bad(result)} ${printable(`${name} ${language}: ${reason}`)}`
        : driftText(style.good(result), taken, { style, currency: sender.currency }),
    )
    .join('\n');
}
