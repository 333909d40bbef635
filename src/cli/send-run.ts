// From the options of `send` to the main line and back to a view: what both kinds of recipients share.

import type { App } from '../app.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import type { Template } from '../domain/template.ts';
import { AppError, fail } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { MessageRecord } from '../ports/store/report.ts';
import { resolveAddressees } from '../send/addressees.ts';
import { directRecipients, freeFormRecipients, refuseRepeats } from '../send/direct.ts';
import type { Checked } from '../send/check.ts';
import type { Ending } from '../send/finish.ts';
import { type FileOptions, openRecipients } from '../send/from-file.ts';
import { closeAfter } from '../send/input.ts';
import type { Media } from '../send/media.ts';
import type { Recipient } from '../send/recipients.ts';
import { send, type SendHost, type SendPlan } from '../send/send.ts';
import type { Tally } from '../send/tally.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { MessageId } from '../values/id.ts';
import type { SendOptions } from './commands/send.ts';
import { hintWarnings } from './budget-warning.ts';
import { currentSender } from './current-sender.ts';
import { pickTemplates } from './find-templates.ts';
import { dispatchOf, failureOf, tellStopping } from './interrupted.ts';
import { listOf, resumeOf } from './next-step.ts';
import { limitHint } from './limit-hint.ts';
import { pauseHint } from './pause-hint.ts';
import { startEstimate } from './send-estimate.ts';
import { sendHost } from './send-host.ts';
import { isForLater, timingOf } from './send-timing.ts';
import { freeFormOf, openMediaOf, parametersOf, uploadFor } from './send-media.ts';
import { openSendProgress } from './send-progress.ts';
import { type SendView, type SentRow, sendView, toSentRow, withRecord } from './send-view.ts';

/** Sends to the recipients of the command line. Throws `key_conflict` for a key that was used for other content. */
export async function sendDirect(app: App, options: SendOptions): Promise<SendView> {
  const { host, sender } = await openSend(app, options);
  const template = await templateOf(host.store, sender, options.template);
  const media = await openMediaOf(app, sender, options);
  const direct = { ...options, tags: options.tag };
  const recipients =
    template === null
      ? freeFormRecipients(direct, freeFormOf(options, media))
      : directRecipients(direct, { templates: template.languages, parameters: parametersOf(options, media) });
  const named = await resolveAddressees(host.store, recipients);
  refuseRepeats(recipients, (recipient) => named(recipient).to);
  if (template !== null && options.language === null) await checkLanguages(host.store, recipients, template);
  const rows: SentRow[] = [];
  const estimate = startEstimate({ ...host, sender, at: app.clock.now(), dryRun: options.dryRun });
  const plan = planOf(app, options, { sender, template, source: null, sieve: null });
  const toSend = await uploadFor(app, sender, { media, dryRun: options.dryRun });
  const { tally, ...ending } = await send(
    host,
    {
      ...plan,
      onAdmission: (recipient, request, admission) => {
        if (admission.kind === 'key_conflict') throw keyConflict(options.key ?? '', admission.kept.id);
        estimate.count(admission);
        rows.push(toSentRow(recipient, request, { admission, currency: sender.currency }));
      },
      onProgress: () => undefined,
      onAdmitted: async () => undefined,
      onStopping: tellStopping(app),
    },
    only(recipients.map(toSend)),
  );
  const shown = await shownRows(host.store, rows, { ...options, ending });
  hintWarnings(app, tally.budgetWarnings);
  const unread = recipients.length - tally.read;
  const resume = unread > 0 ? `the same command for them, and ${dispatchOf(sender)} for the others` : dispatchOf(sender);
  const look = lookOf(shown, { sender, campaign: options.campaign });
  return sendView({
    isQuiet: app.config.quiet,
    tally,
    dryRun: options.dryRun,
    sender,
    campaign: options.campaign,
    rows: shown,
    estimate: await estimate.end(),
    ending,
    isForLater: isForLater(options),
    resume: dispatchOf(sender),
    failure: failureOf(ending, { tally, resume, isUnread: unread > 0, look, isRepeatable: options.key !== null }),
    hints: [
      ...(await pauseHint(host.store, { sender, ...options })),
      ...(await limitHint(host.store, { sender, at: app.clock.now(), nextDueAt: ending.nextDueAt })),
    ],
  });
}

/** Sends to the recipients of a file. Throws `rows_invalid`, `file_invalid`, `file_unreadable`. */
export async function sendFile(app: App, options: SendOptions, path: string): Promise<SendView> {
  const { host, sender } = await openSend(app, options);
  const template = await templateOf(host.store, sender, options.template);
  if (template === null) throw fail('usage', { message: 'A file is sent with a template.' });
  const media = await openMediaOf(app, sender, options);
  const file = await openRecipients(host, { sender, template }, fileOptionsOf(app, options, { path, media }));
  const { onProgress, onAdmitted, onStopping, close } = openSendProgress(app, {
    store: host.store,
    sender,
    rows: file.checked.read - file.checked.invalid,
  });
  const estimate = startEstimate({ ...host, sender, at: app.clock.now(), dryRun: options.dryRun });
  const rows: SentRow[] | null = options.details || app.config.format === 'ndjson' || app.config.format === 'csv' ? [] : null;
  const plan = planOf(app, options, { sender, template, source: path, sieve: file.sieve });
  const run = async (): Promise<SendView> => {
    const toSend = await uploadFor(app, sender, { media, dryRun: options.dryRun });
    const { tally, ...ending } = await send(
      host,
      {
        ...plan,
        onAdmission: (recipient, request, admission) => {
          file.onAdmission(recipient, admission);
          estimate.count(admission);
          rows?.push(toSentRow(recipient, request, { admission, currency: sender.currency }));
        },
        onProgress,
        onAdmitted,
        onStopping,
      },
      media === null ? file.chunks() : mapped(file.chunks(), toSend),
    );
    hintWarnings(app, tally.budgetWarnings);
    const unread = Math.max(file.checked.read - file.checked.invalid - tally.read, 0);
    countInvalid(tally, file.checked);
    if (ending.interrupted || ending.failure !== null) tally.read -= unread;
    const goOn = options.campaign === null ? dispatchOf(sender) : resumeOf(options.campaign, sender);
    const admitted = tally.counts.queued > 0 ? `; ${goOn} sends those alone` : '';
    const resume = unread > 0 ? `the same command; what was admitted is not sent twice${admitted}` : `the same command, or ${goOn}`;
    const look = listOf(null, { sender, campaign: options.campaign });
    return sendView({
      isQuiet: app.config.quiet,
      tally,
      dryRun: options.dryRun,
      sender,
      campaign: options.campaign,
      rows: rows === null ? null : await shownRows(host.store, rows, { ...options, ending }),
      estimate: await estimate.end(),
      ending,
      isForLater: isForLater(options),
      resume: `the same command, or ${goOn}`,
      failure: failureOf(ending, { tally, resume, isUnread: unread > 0, look, isRepeatable: true }),
      hints: [
        ...(await pauseHint(host.store, { sender, ...options })),
        ...hintsOf(options, tally),
        ...(await limitHint(host.store, { sender, at: app.clock.now(), nextDueAt: ending.nextDueAt })),
      ],
    });
  };
  return closeAfter(file.close, run).finally(close);
}

function fileOptionsOf(
  { config }: Pick<App, 'config'>,
  options: SendOptions,
  { path, media }: { readonly path: string; readonly media: Media | null },
): FileOptions {
  return {
    path,
    format: options.input,
    rename: options.map,
    language: options.language,
    parameters: parametersOf(options, media),
    costCenter: options.costCenter,
    tags: options.tag,
    ignoreColumns: options.ignoreColumns,
    skipInvalid: options.skipInvalid,
    dryRun: options.dryRun,
    errorsPath: options.errors,
    db: config.db,
  };
}

/** What sending needs, for the sender of the command. A dry run makes no store. */
export async function openSend(
  app: App,
  { dryRun }: Pick<SendOptions, 'dryRun'>,
): Promise<{ readonly host: SendHost; readonly sender: Sender }> {
  const { store, keyedDigest } =
    dryRun && app.config.db !== ':memory:' ? await app.asking() : { store: await app.store(), keyedDigest: app.keyedDigest };
  const sender = await currentSender(store, app.config);
  return { host: await sendHost(app, sender, { store, keyedDigest }), sender };
}

/** A template in its languages. */
export type NamedTemplate = { readonly name: string; readonly languages: readonly Template[] };

/** The template of that name; null where none is named. Throws `unknown_template`. */
export async function templateOf(store: Store, sender: Sender, name: string | null): Promise<NamedTemplate | null> {
  if (name === null) return null;
  const named = await store.listTemplates({ senderId: sender.id, name });
  if (named.length > 0) return { name, languages: named };
  return {
    name,
    languages: pickTemplates(await store.listTemplates({ senderId: sender.id, name: null }), { name, language: null, sender }),
  };
}

type PlanParts = Pick<SendPlan, 'sender' | 'source' | 'sieve'> & { readonly template: NamedTemplate | null };

function planOf(
  app: App,
  options: SendOptions,
  { sender, template, source, sieve }: PlanParts,
): Omit<SendPlan, 'onAdmission' | 'onProgress' | 'onAdmitted' | 'onStopping'> {
  const { campaign, maxPrice, dryRun, queue, wait, timeout } = options;
  const waitsForDelivery = wait === 'delivered';
  const timing = timingOf(app, options);
  const derivesKeys = source !== null;
  return {
    sender,
    template,
    source,
    sieve,
    campaign,
    maxPrice,
    timing,
    dryRun,
    queueOnly: queue,
    derivesKeys,
    waitsForDelivery,
    timeoutMs: timeout,
  };
}

// In a file such a row is refused; on the command line there is somebody to tell.
async function checkLanguages(store: Store, recipients: readonly Recipient[], { name, languages }: NamedTemplate): Promise<void> {
  const known = languages.map(({ language }) => language);
  if (known.length === 1) return;
  const refs = recipients.map(({ to }) => to);
  for (const batch of slices(refs, BATCH_MAX)) {
    for (const found of await store.findContacts(DEFAULT_ACCOUNT, batch)) {
      if (found === null || (found.contact.language !== null && known.includes(found.contact.language))) continue;
      throw fail('language_required', {
        message: `${name} is there in ${known.join(', ')}; the contact ${found.contact.language === null ? 'has no language' : `speaks ${found.contact.language}`}.`,
        hint: `Add --language ${known[0]}, or give the contact a language: tollbell contact add <phone> --language ${known[0]}.`,
        details: { template: name, languages: known },
      });
    }
  }
}

function lookOf(rows: readonly SentRow[], { sender, campaign }: { readonly sender: Sender; readonly campaign: string | null }): string {
  const [only, ...others] = rows;
  return only?.id !== undefined && only.id !== null && others.length === 0
    ? `tollbell message show ${only.id}`
    : listOf(null, { sender, campaign });
}

async function* mapped(
  chunks: AsyncIterable<readonly Recipient[]>,
  change: (recipient: Recipient) => Recipient,
): AsyncGenerator<readonly Recipient[]> {
  for await (const chunk of chunks) yield chunk.map(change);
}

async function* only(recipients: readonly Recipient[]): AsyncGenerator<readonly Recipient[]> {
  yield recipients;
}

function keyConflict(key: string, id: string): AppError {
  return fail('key_conflict', {
    message: `The key '${key}' was used before for other content.`,
    hint: `The first message is ${id}. Use another key for another message.`,
    details: { key, duplicate_of: id },
  });
}

async function shownRows(store: Store, rows: readonly SentRow[], { dryRun, ending }: Shown): Promise<readonly SentRow[]> {
  if (dryRun) return rows;
  return withRecords(store, rows).catch((error: unknown) => {
    if (ending.failure === null) throw error;
    return rows; // the store that failed may not answer now either
  });
}

type Shown = Pick<SendOptions, 'dryRun'> & { readonly ending: Pick<Ending, 'failure'> };

async function withRecords(store: Store, rows: readonly SentRow[]): Promise<readonly SentRow[]> {
  const ids = rows.flatMap(({ id }) => (id === null ? [] : [id as MessageId]));
  const records = new Map<string, MessageRecord>();
  for (const batch of slices(ids, BATCH_MAX)) {
    for (const record of await store.findMessages(batch)) if (record !== null) records.set(record.id, record);
  }
  return rows.map((row) => withRecord(row, row.id === null ? null : records.get(row.id)));
}

// The first reading counted the rows that cannot be used. The second one meets those whose keys are in conflict again, where the file did not fit in
// memory; what it finds beyond them went wrong in between, by another process.
function countInvalid(tally: Tally, { read, invalid, conflicts, recipients }: Checked): void {
  const again = recipients === null ? conflicts : 0;
  tally.read = read;
  tally.counts.invalid = invalid + Math.max(tally.counts.invalid - again, 0);
}

function hintsOf({ errors }: SendOptions, { counts: { invalid, refused } }: Tally): readonly string[] {
  if (errors !== null) return invalid + refused > 0 ? [`Rows that were not sent: ${errors}`] : [];
  return invalid > 0 ? ['--errors FILE writes the rows that were not sent to a file.'] : [];
}
