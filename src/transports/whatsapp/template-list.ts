// The provider's list of templates: read page by page, and written to. What a template looks like is domain/template-parse.ts's.

import { BID_STRATEGY } from '../../domain/bid.ts';
import { parseTemplate, templateStatusOf } from '../../domain/template-parse.ts';
import { TEMPLATE_CATEGORIES, TEMPLATE_QUALITIES, type TemplateContent } from '../../domain/template.ts';
import { AppError, fail } from '../../errors.ts';
import { parseLanguage } from '../../values/language.ts';
import type { ProviderTemplate, PushedTemplate, TemplatePart, UnreadableTemplate } from '../../ports/provider.ts';
import { type Api, toAppError } from './api.ts';
import { isFields, safeWords, UNKNOWN_FIELD } from './graph-error.ts';

type Document = Readonly<Record<string, unknown>>;
type Listed = ProviderTemplate | UnreadableTemplate;
export type TemplateListHost = { readonly api: Api; readonly wabaId: string; readonly token: string };

const FIELDS = 'id,name,status,category,language,components,quality_score,parameter_format,message_send_ttl_seconds';

/** What a template bids. An account outside the beta of maximum prices may be refused for asking, and has no bids. */
const FIELDS_WITH_BID = `${FIELDS},optimization_spec`;

/** Templates a page; a WABA has 250 at most, 6,000 where its business is verified. */
const PAGE_ITEMS = 100;

/** All templates, a page at a time. Only the cursor of a page is followed, never an address that an answer names. */
export async function* listTemplates({ api, wabaId, token }: TemplateListHost): AsyncGenerator<readonly Listed[]> {
  const seen = new Set<string>();
  let fields = FIELDS_WITH_BID;
  for (let after = ''; ; ) {
    const query = { fields, limit: String(PAGE_ITEMS), ...(after === '' ? {} : { after }) };
    const { document: page, error } = await api.ask({ method: 'GET', path: [wabaId, 'message_templates'], query });
    if (error?.code === UNKNOWN_FIELD && fields !== FIELDS) {
      fields = FIELDS;
      continue;
    }
    if (error !== null) throw toAppError(error);
    const items: unknown = page['data'];
    if (!Array.isArray(items)) throw cutOff();
    yield items.filter(isFields).map((item) => toListed(item, token));
    after = nextCursor(page);
    if (!hasMore(page)) return;
    if (after === '' || seen.has(after)) throw cutOff();
    seen.add(after);
  }
}

// A list that ends too early would say of all the rest that it is gone.
function cutOff(): AppError {
  return fail('provider_unreachable', { message: 'The list of templates is not whole.', hint: 'Nothing was taken back. Try again later.' });
}

// The last page has cursors too, but nothing behind them.
function hasMore({ paging, data }: Document): boolean {
  return isFields(paging) && typeof paging['next'] === 'string' && Array.isArray(data) && data.length > 0;
}

function nextCursor({ paging }: Document): string {
  if (!isFields(paging) || !isFields(paging['cursors'])) return '';
  const { after } = paging['cursors'];
  return typeof after === 'string' ? after : '';
}

function toListed(item: Document, token: string): Listed {
  try {
    const { status, ...content } = parseTemplate(item);
    return { providerId: idOf(item), content, status, quality: qualityOf(item) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'template_invalid') throw error;
    const text = (value: unknown): string => (typeof value === 'string' ? safeWords(value, token) : '');
    const reason = safeWords(error.message, token);
    const language = text(item['language']);
    // As ours are written, so that the one in the store is found by it.
    return { providerId: idOf(item), name: text(item['name']), language: parseLanguage(language) ?? language, content: null, reason };
  }
}

function qualityOf({ quality_score: quality }: Document): (typeof TEMPLATE_QUALITIES)[number] {
  const score = isFields(quality) ? quality['score'] : undefined;
  return TEMPLATE_QUALITIES.find((known) => known.toUpperCase() === score) ?? 'unknown';
}

/**
 * Hands a template in, or changes the one with that id, of which the components are replaced as a whole, and the time to live and the bid where they are set.
 * Its category may come back as another one.
 */
export async function pushTemplate(
  { api, wabaId }: TemplateListHost,
  content: TemplateContent,
  providerId: string | null,
  part: TemplatePart = 'all',
): Promise<PushedTemplate> {
  const { name, language, parameterFormat } = content;
  const parts = part === 'bid' ? bidPart(content) : { components: content.components, ...ttlPart(content), ...bidPart(content) };
  const category = content.category.toUpperCase();
  if (providerId === null) {
    const body = { name, language, category, parameter_format: parameterFormat.toUpperCase(), ...parts };
    return toPushed(await api.demand({ method: 'POST', path: [wabaId, 'message_templates'], body }), content);
  }
  // The category of an approved template cannot be changed, so that it is named only where it is another one.
  const before = await readTemplate(api, providerId);
  const change = before['category'] === category || part === 'bid' ? parts : { category, ...parts };
  const changed = await api.demand({ method: 'POST', path: [providerId], body: change });
  if (changed['success'] === false) throw fail('provider_rejected', { message: 'The provider did not change the template.' });
  return toPushed(await readTemplate(api, providerId), content);
}

function ttlPart({ ttlSeconds }: TemplateContent): Document {
  return ttlSeconds === null ? {} : { message_send_ttl_seconds: ttlSeconds };
}

// Named `bid_spec` until July 2026 (the provider's changelog of 2026-06-18).
function bidPart({ bidAmount }: TemplateContent): Document {
  return bidAmount === null ? {} : { optimization_spec: { bid_amount: bidAmount, bid_strategy: BID_STRATEGY } };
}

function readTemplate(api: Api, providerId: string): Promise<Document> {
  return api.demand({ method: 'GET', path: [providerId], query: { fields: 'id,status,category' } });
}

// What the answer leaves out is as it was handed in, and waits for its review.
function toPushed(document: Document, { category: asked }: TemplateContent): PushedTemplate {
  const { status, category } = document;
  return {
    providerId: idOf(document),
    status: (typeof status === 'string' ? templateStatusOf(status) : undefined) ?? 'pending',
    category: TEMPLATE_CATEGORIES.find((known) => known.toUpperCase() === category) ?? asked,
  };
}

function idOf({ id }: Document): string {
  const text = typeof id === 'number' ? String(id) : id;
  if (typeof text === 'string' && /^[\w.-]{1,64}$/.test(text)) return text;
  throw fail('provider_unreachable', {
    message: 'The provider answered without the id of the template.',
    hint: 'Try again in a few minutes.',
  });
}
