// A multipart form, read as tolerantly as the provider does: names with and without quotes, anything before the first part.

export type Part = {
  readonly name: string;
  /** Null for a plain field. */
  readonly fileName: string | null;
  readonly mimeType: string | null;
  readonly bytes: Uint8Array;
};

const EMPTY_LINE = '\r\n\r\n';
/** Blanks may follow a boundary; nobody sends more of them. */
const BLANKS_MAX = 64;

/** The parts of a form; null where the type names no boundary, or the body does not come to its end. */
export function readParts(body: Uint8Array, contentType: string): readonly Part[] | null {
  const [, quoted, plain] = /^multipart\/form-data\b.*;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return null;
  const bytes = Buffer.concat([Buffer.from('\r\n'), body]); // the first boundary may stand at the very beginning
  const mark = `\r\n--${boundary}`;
  const parts: Part[] = [];
  let from = markIn(bytes, mark, 0);
  while (from !== -1) {
    const start = from + mark.length;
    if (bytes.subarray(start, start + 2).toString() === '--') return parts;
    const end = markIn(bytes, mark, start);
    const part = end === -1 ? null : toPart(bytes.subarray(start, end));
    if (part === null) return null;
    parts.push(part);
    from = end;
  }
  return null;
}

// A longer word that begins like the boundary is content.
function markIn(bytes: Buffer, mark: string, from: number): number {
  let at = bytes.indexOf(mark, from);
  while (at !== -1 && !/^(?:--|[ \t]*\r\n)/.test(bytes.subarray(at + mark.length, at + mark.length + BLANKS_MAX).toString('latin1'))) {
    at = bytes.indexOf(mark, at + 1);
  }
  return at;
}

// `part` begins with the line end of its boundary.
function toPart(part: Buffer): Part | null {
  const headEnd = part.indexOf(EMPTY_LINE);
  if (headEnd === -1) return null;
  const head = part.subarray(0, headEnd).toString();
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  const name = parameterOf(disposition, 'name');
  if (name === null) return null;
  return {
    name,
    fileName: parameterOf(disposition, 'filename'),
    mimeType: /^content-type:\s*(\S.*?)\s*$/im.exec(head)?.[1] ?? null,
    bytes: new Uint8Array(part.subarray(headEnd + EMPTY_LINE.length)),
  };
}

function parameterOf(disposition: string, name: string): string | null {
  const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^\\s;"]+))`, 'i').exec(disposition) ?? [];
  return quoted ?? plain ?? null;
}
