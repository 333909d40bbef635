// tollbell send: one notification to one person, or a file of them. The main line itself is in send/.

import type { Command } from 'commander';
import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { fail } from '../../errors.ts';
import { costCenterFlaw, keyFlaw, type LabelFlaw, tagsFlaw, toTags } from '../../send/labels.ts';
import { INPUT_FORMATS } from '../../send/records.ts';
import type { CommandHost, Define } from '../command.ts';
import {
  amountText,
  collect,
  durationText,
  filledText,
  flag,
  helpText,
  onlyOnce,
  orNull,
  pairs,
  parsedText,
  parseOptions,
  texts,
} from '../options.ts';
import { sendDirect, sendFile } from '../send-run.ts';
import { headerMediaText, mediaText } from '../send-media.ts';
import { SendDocument, type SendView } from '../send-view.ts';

const text = orNull(z.string());

// What a column of a file may not hold, an option may not either.
function labelText(flawOf: (text: string) => LabelFlaw | undefined) {
  return parsedText(
    (given) => (flawOf(given) === undefined ? given : undefined),
    (given) => ({ message: flawOf(given)?.message ?? '', hint: 'The same limits hold for a column of a file.' }),
  );
}

export const SendOptions = z.object({
  template: text,
  to: texts,
  from: text,
  text,
  media: orNull(mediaText),
  caption: text,
  filename: text,
  headerMedia: orNull(headerMediaText),
  param: pairs,
  language: text,
  key: orNull(labelText(keyFlaw)),
  campaign: orNull(filledText()),
  costCenter: orNull(z.pipe(filledText(), labelText(costCenterFlaw))),
  tag: z.pipe(
    z.pipe(
      texts,
      z.transform((given) => given.join(',')),
    ),
    z.pipe(labelText(tagsFlaw), z.transform(toTags)),
  ),
  at: text,
  expiresIn: orNull(durationText),
  maxPrice: orNull(amountText),
  dryRun: flag,
  queue: flag,
  wait: z._default(z.enum(['accepted', 'delivered'], { error: 'accepted or delivered' }), 'accepted'),
  timeout: orNull(durationText),
  input: orNull(z.enum(INPUT_FORMATS, { error: 'csv or ndjson' })),
  map: pairs,
  ignoreColumns: flag,
  skipInvalid: flag,
  errors: text,
  details: flag,
  live: flag,
});

export type SendOptions = z.output<typeof SendOptions>;

export const defineSend: Define = (parent, host: CommandHost) => {
  const command = addContentOptions(
    parent.command('send').description(DESCRIPTION).argument('[template]', 'its name; none with --text or --media'),
  )
    .option('--param <name=value>', 'a parameter of the template; may be given several times', collect)
    .option('--language <code>', 'the language of the template (default: the one of the contact, or the only one)')
    .option('--key <key>', 'send once for ever under this key')
    .option('--campaign <name>', 'the campaign it belongs to; needed with --from')
    .option('--cost-center <name>', 'who pays inside the company')
    .option('--tag <tag>', 'a tag for reports, or several with commas; may be given several times', collect)
    .option(
      '--at <time>',
      'send then, not now: a time with its zone (2026-12-01T09:00+01:00), at most a year ahead; tollbell dispatch sends it',
    )
    .option(
      '--expires-in <duration>',
      'give up what could not be sent so long after it was due (30m, 24h; at most 24d), and release its reservation',
    )
    .option('--max-price <amount>', 'refuse what may cost more (by the bid of the template where it has one)')
    .option('--dry-run', 'ask everything, change nothing, and estimate what it comes to by market and category')
    .option('--queue', 'stop after the admission; `tollbell dispatch` sends')
    .option(
      '--wait <state>',
      'accepted (default), or delivered: until the provider has told what became of each message; 60s without --timeout',
    )
    .option(
      '--timeout <duration>',
      'stop sending and waiting after so long (500ms, 30s, 5m, 2h, 1d); what is queued then stays queued, exit 10; requests that are under way then are waited for, 30s at most',
    );
  addFileOptions(command)
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell send order_shipped --to +4915112345678 --param name=Ada --param order=A-17',
          'tollbell send login_code --to +4915112345678 --param 1=204611 --wait delivered --timeout 30s',
          'tollbell send --media image=receipt.jpg --caption "Thank you" --to +4915112345678',
          'tollbell send order_shipped --from orders.csv --campaign 2026-11-orders --dry-run',
          'tollbell send spring_sale --from list.csv --campaign 2026-12-sale --at 2026-12-01T09:00+01:00 --expires-in 8h',
          'tollbell send order_shipped --from - --campaign 2026-11-orders --skip-invalid --errors left-out.csv < orders.csv',
          'tail -f orders.ndjson | tollbell send order_shipped --from - --live --campaign 2026-11-orders > answers.ndjson',
        ],
        output:
          '{"schema":"tollbell.send/1","status","counts":{…},"refusals":{…},"scheduled":{…}|null,"amounts":[…],"recovered":[…],"budget_warnings":[…],"next_due_at",' +
          '"estimate":[{"market","category","currency","units","bid_cap","min","expected","max"}],"estimate_totals":[…],"messaging_limit":{…}|null,"messages":[{"row","id","status",…}]}',
        exits: [0, 2, 3, 4, 5, 6, 8, 9, 10, 130],
      }),
    )
    .action((template: string | undefined, options: object) =>
      host.run(command, (app) => runSend(app, parseOptions(SendOptions, { template: template ?? null, ...options }))),
    );
  return SendDocument;
};

const DESCRIPTION =
  'Sends a notification to people who opted in, prices it and bills it. Consent, block, price and budget are checked before anything is sent.\n' +
  'In a file, the column `to` is required; parameters are columns by name; key, language, cost_center, tag and at are optional; name is passed over.\n' +
  'All rows are checked before the first one is sent. Running a file again under its campaign sends what was not sent yet, and nothing twice.\n' +
  'Files may be packed (gzip) and in UTF-16. With --live rows come as NDJSON (CSV with --input csv), each with a key of its own unless there is a --campaign;\n' +
  'standard output is NDJSON whatever --format says: {"row","id","to","status","reason",…,"key","column"} for each row, blank lines aside, then the summary.\n' +
  'Media is a link, the id of an upload, or a file, which is uploaded once: image (jpg, png; 5 MB), video (mp4, 3gp; 16 MB), audio (aac, amr, mp3, m4a, ogg;\n' +
  '16 MB), document (100 MB), sticker (webp; 100 KB, 500 KB where it moves). The provider keeps an upload for 30 days.';

function addContentOptions(command: Command): Command {
  return command
    .option('--to <phone|id>', 'a recipient; may be given several times', collect)
    .option('--from <file>', 'a CSV or NDJSON file of recipients; - for standard input', onlyOnce('from'))
    .option('--text <text>', 'free-form text instead of a template, inside an open window')
    .option('--media <kind=source>', 'free-form media instead of a template: image, video, audio, document or sticker = link, id or path')
    .option('--caption <text>', 'the words below the media')
    .option('--filename <name>', 'what the recipient sees a document called')
    .option('--header-media <kind=source>', "the image, video or document in the template's header: a link, an id or a path");
}

function addFileOptions(command: Command): Command {
  return command
    .option('--input <format>', 'csv or ndjson (default: by name and content)')
    .option('--map <column=name>', 'rename a column of the file; may be given several times', collect)
    .option('--ignore-columns', 'pass over columns that mean nothing')
    .option('--skip-invalid', 'leave invalid rows out instead of doing nothing')
    .option('--errors <file>', 'write rows that are invalid or refused to a CSV file')
    .option('--details', 'every message in the JSON')
    .option(
      '--live',
      'with --from -: send rows while they come, for as long as they come, and answer each in its order with a line of NDJSON; ' +
        'nothing is checked ahead, an invalid row is answered `invalid`, and the exit code is 2 then; --timeout: how long an answer may wait (30s); what was answered `queued` is sent all the same',
    );
}

/** Sends. Throws `usage` for options that contradict each other. */
export async function runSend(app: App, options: SendOptions): Promise<SendView> {
  checkOptions(options);
  if (options.live) return (await import('../send-live.ts')).sendPipe(app, options);
  return options.from === null ? sendDirect(app, options) : sendFile(app, options, options.from);
}

function checkOptions(options: SendOptions): void {
  const { template, to, from, key, campaign, queue, wait, timeout, at } = options;
  checkContent(options);
  if ((to.length === 0) === (from === null)) throw usage('Say whom to send to: --to, or --from a file.', 'One of the two.');
  if (from !== null && template === null) throw usage('--text and --media go with --to only.', 'A file is sent with a template.');
  if (options.live) return checkLive(options);
  if (from !== null && campaign === null)
    throw usage('A file needs a --campaign.', 'Its name makes each row happen once, however often the file is run.');
  if (key !== null && (to.length > 1 || from !== null))
    throw usage('--key goes with one --to.', 'In a file, give each row a key in the column key.');
  if (at !== null && wait === 'delivered')
    throw usage('With --at there is no delivery to wait for.', 'Leave out --wait; tollbell dispatch sends it when it is due.');
  if (at !== null && timeout !== null)
    throw usage(
      'With --at nothing is sent now that could take too long.',
      'Leave out --timeout; --expires-in says how long it may wait then.',
    );
  if (queue && (wait === 'delivered' || timeout !== null))
    throw usage('With --queue nothing is sent, so there is nothing to wait for.', 'Leave out --queue, or --wait and --timeout.');
}

function checkLive({ from, key, dryRun, wait }: SendOptions): void {
  if (from !== '-') throw usage('--live goes with --from -.', 'It reads standard input for as long as rows come.');
  if (dryRun) throw usage('--live and --dry-run exclude each other.', 'What is still to come cannot be estimated; a file can.');
  if (wait === 'delivered')
    throw usage('--live does not wait for deliveries.', 'It answers when the provider took a message; tollbell serve hears of deliveries.');
  if (key !== null) throw usage('--key goes with one --to.', 'Give each row a key: {"to":"…","key":"…"}.');
}

function checkContent({ template, text: freeForm, media, headerMedia, caption, filename }: SendOptions): void {
  const contents = [template, freeForm, media].filter((content) => content !== null);
  if (contents.length !== 1) throw usage('Say what to send: a template, --text, or --media.', 'One of the three.');
  if (media === null && (caption !== null || filename !== null)) throw usage('--caption and --filename go with --media.', 'Add --media.');
  if (template === null && headerMedia !== null)
    throw usage('--header-media goes with a template.', 'Media without a template is sent with --media.');
}

function usage(message: string, hint: string): Error {
  return fail('usage', { message, hint });
}
