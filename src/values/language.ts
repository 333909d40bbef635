// Language codes as templates and contacts have them: `de`, `en_US`.

const CODE = /^[a-z]{2,3}([_-][A-Za-z0-9]{2,4})?$/;

/** Reads a language code; webhooks and browsers write `en-US` where templates have `en_US`. Undefined for anything else. */
export function parseLanguage(text: string): string | undefined {
  const code = text.trim();
  return CODE.test(code) ? code.replace('-', '_') : undefined;
}
