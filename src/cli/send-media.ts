// The media options of `send`: what they take, and the content that they become.

import type { App } from '../app.ts';
import { type FreeForm, freeFormFlaw, MEDIA_KINDS, type MediaKind } from '../domain/free-form.ts';
import type { Sender } from '../domain/sender.ts';
import { fail } from '../errors.ts';
import { type Media, type MediaSource, openMedia, uploadMedia } from '../send/media.ts';
import type { Recipient } from '../send/recipients.ts';
import { parsedText } from './options.ts';
import { isLoopback } from '../values/address.ts';

const HEADER_KINDS = ['image', 'video', 'document'] as const satisfies readonly MediaKind[];

/** An option that names media of any kind, as `MediaSource` says. */
export const mediaText = mediaOf(MEDIA_KINDS);

/** The same for what a template's header can be. */
export const headerMediaText = mediaOf(HEADER_KINDS);

function mediaOf(kinds: readonly MediaKind[]) {
  return parsedText(
    (text): MediaSource | undefined => {
      const [, word, value = ''] = /^([a-z]+)=(.+)$/s.exec(text.trim()) ?? [];
      const kind = kinds.find((known) => known === word);
      return kind === undefined ? undefined : { kind, value };
    },
    (text) => ({ message: `not kind=source: ${text}`, hint: `Write it like ${kinds[0]}=photo.jpg; kinds are ${kinds.join(', ')}.` }),
  );
}

export type ContentOptions = {
  readonly text: string | null;
  readonly media: MediaSource | null;
  readonly headerMedia: MediaSource | null;
  readonly caption: string | null;
  readonly filename: string | null;
  readonly param: Readonly<Record<string, string>>;
};

/** The media that the options name, checked; null where they name none. */
export async function openMediaOf({ io }: Pick<App, 'io'>, sender: Sender, options: ContentOptions): Promise<Media | null> {
  const named = options.media ?? options.headerMedia;
  if (named === null) return null;
  return openMedia({ io, allowsHttp: sender.whatsapp !== null && isLoopback(sender.whatsapp.apiBase) }, named);
}

/** The parameters of a template, with the media of its header among them. Throws `usage` where it is given twice. */
export function parametersOf({ param, headerMedia }: ContentOptions, media: Media | null): Readonly<Record<string, string>> {
  if (headerMedia === null || media === null) return param;
  const name = `header.${headerMedia.kind}`;
  if (Object.hasOwn(param, name))
    throw fail('usage', { message: `${name} is given by --param and by --header-media.`, hint: 'One of the two.' });
  return { ...param, [name]: media.source };
}

/** The free-form content. Throws `invalid_input` for what the provider would refuse. */
export function freeFormOf({ text, media: named, caption, filename }: ContentOptions, media: Media | null): FreeForm {
  const content =
    named === null || media === null ? { type: 'text' as const, body: text ?? '' } : mediaForm(named.kind, media, { caption, filename });
  const flaw = freeFormFlaw(content);
  if (flaw === null) return content;
  throw fail('invalid_input', {
    message: `${flaw.part}: ${flaw.message}`,
    hint: 'See --help for what it takes.',
    details: { option: flaw.part },
  });
}

// The recipient of a document sees a name; that of its file is better than none.
function mediaForm(
  type: MediaKind,
  { source, file }: Media,
  { caption, filename }: Pick<ContentOptions, 'caption' | 'filename'>,
): FreeForm {
  const name = filename ?? (type === 'document' ? (file?.name ?? null) : null);
  return { type, source, ...(caption === null ? {} : { caption }), ...(name === null ? {} : { filename: name }) };
}

/** Uploads the media, unless this is a dry run; what comes back puts its id into checked recipients. */
export async function uploadFor(
  app: Pick<App, 'provider'>,
  sender: Sender,
  { media, dryRun }: { readonly media: Media | null; readonly dryRun: boolean },
): Promise<(recipient: Recipient) => Recipient> {
  if (media === null || media.file === null || dryRun) return (recipient) => recipient;
  return uploadMedia(media, await app.provider(sender));
}
