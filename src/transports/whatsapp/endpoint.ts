// Where the API is and what every request to it carries. Owns what an address and a token must look like; no request is made here.

import type { WhatsappSettings } from '../../domain/sender.ts';
import { fail } from '../../errors.ts';
import { parseServerUrl } from '../../values/address.ts';

export type Endpoint = {
  readonly isPlain: boolean;
  /** `https://graph.facebook.com`, without a path. */
  readonly origin: string;
  /** As a socket wants it: an IPv6 address has no brackets. */
  readonly hostname: string;
  /** Null for the scheme's own. */
  readonly port: number | null;
  readonly token: string;
  /** The path of a node or an edge, with the version where there is one: `/v26.0/106540352242922/messages`. */
  readonly path: (...segments: readonly string[]) => string;
};

const ADDRESS_HINT = 'Write it like https://graph.facebook.com; http:// is for an emulator on this machine.';

/** The endpoint of a sender. Throws `config_invalid` for an address that may not be used, `token_rejected` for what cannot be a token. */
export function openEndpoint({ apiBase, apiVersion }: Pick<WhatsappSettings, 'apiBase' | 'apiVersion'>, token: string): Endpoint {
  const url = parseAddress(apiBase);
  const prefix = url.pathname.replace(/\/+$/, '') + (apiVersion === null ? '' : `/${encodeURIComponent(apiVersion)}`);
  return {
    isPlain: url.protocol === 'http:',
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? null : Number(url.port),
    token: checkToken(token),
    path: (...segments) => [prefix, ...segments.map(encodeURIComponent)].join('/'),
  };
}

/** The headers of every request, with its content type. */
export function headersOf({ token }: Endpoint, contentType: string | null): Readonly<Record<string, string>> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    'user-agent': 'tollbell',
    ...(contentType === null ? {} : { 'content-type': contentType }),
  };
}

function parseAddress(apiBase: string): URL {
  const url = parseServerUrl(apiBase);
  if (url !== undefined && url.search === '') return url;
  throw fail('config_invalid', { message: "The sender's API address cannot be used.", hint: ADDRESS_HINT, details: { key: 'api-base' } });
}

// A header takes no line breaks, and an error that quoted the header would show the token.
function checkToken(token: string): string {
  if (/^[\u0021-\u007e]+$/.test(token)) return token;
  throw fail('token_rejected', {
    message: 'The access token has characters that no token has.',
    hint: 'Check where the sender takes it from: it is one line without spaces.',
  });
}
