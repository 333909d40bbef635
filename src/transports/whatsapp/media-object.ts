// How a request names a file: by the id of an upload or by a link, with what may be said of it.

import type { MediaKind } from '../../domain/free-form.ts';

export type MediaObject = { id?: string; link?: string; caption?: string; filename?: string };

/** The object of a file. A source of digits is an upload's id. Captions are not for audio and stickers, file names for documents only. */
export function toMediaObject(
  kind: MediaKind,
  source: string,
  said: { readonly caption?: string; readonly filename?: string } = {},
): MediaObject {
  const object: MediaObject = /^\d+$/.test(source) ? { id: source } : { link: source };
  if (said.caption !== undefined && kind !== 'audio' && kind !== 'sticker') object.caption = said.caption;
  if (kind === 'document') {
    const filename = said.filename ?? nameIn(object.link);
    if (filename !== undefined) object.filename = filename;
  }
  return object;
}

// Without a name the recipient sees a document that is called "Untitled".
function nameIn(link: string | undefined): string | undefined {
  const [, name] = /^https?:\/\/[^/?#]+\/(?:[^?#]*\/)?([^/?#]+\.\w{1,8})(?:[?#]|$)/.exec(link ?? '') ?? [];
  if (name === undefined) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
