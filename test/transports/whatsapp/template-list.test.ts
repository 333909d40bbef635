// The provider's list of templates, read and written.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderTemplate, UnreadableTemplate } from '../../../src/ports/provider.ts';
import { stored } from './messages.ts';
import { graphError, officeOf, queryOf, routeOf, routes } from './office.ts';
import { answer, openScriptedServer, type ScriptedServer } from './scripted-server.ts';

const LIST = 'GET /102290129340398/message_templates';
const CREATE = 'POST /102290129340398/message_templates';

let server: ScriptedServer;

beforeEach(async () => {
  server = await openScriptedServer();
});

afterEach(() => server.close());

async function listAll(): Promise<readonly (ProviderTemplate | UnreadableTemplate)[]> {
  const all: (ProviderTemplate | UnreadableTemplate)[] = [];
  for await (const page of officeOf(server).listTemplates()) all.push(...page);
  return all;
}

function item(rest: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    id: '594425479261596',
    name: 'order_shipped',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [{ type: 'BODY', text: 'Hello {{name}}!', example: { body_text_named_params: [{ param_name: 'name', example: 'Ada' }] } }],
    ...rest,
  };
}

describe('the list', () => {
  it('is read to its end, one page after the other', async () => {
    const page = (names: readonly string[], after: string, hasNext: boolean) => ({
      data: names.map((name) => item({ name })),
      paging: { cursors: { before: 'x', after }, ...(hasNext ? { next: 'https://elsewhere.example.com/steal' } : {}) },
    });
    server.behave = routes({
      [LIST]: [{ body: page(['a', 'b'], 'one', true) }, { body: page(['c'], 'two', true) }, { body: page(['d'], 'three', false) }],
    });
    expect((await listAll()).map(({ content }) => content?.name)).toEqual(['a', 'b', 'c', 'd']);
    expect(server.requests.map((arrived) => queryOf(arrived)['after'])).toEqual([undefined, 'one', 'two']);
    expect(queryOf(server.requests[0] ?? { method: '', path: '/', headers: {}, body: '' })).toMatchObject({
      limit: '100',
      fields: expect.stringContaining('components'),
    });
  });

  it('is asked for without bids where the account may not know them', async () => {
    const page = (name: string, rest: object) => ({ body: { data: [item({ name })], paging: { cursors: { after: name }, ...rest } } });
    const refusal = { status: 400, body: graphError(100, 'Tried accessing nonexisting field (optimization_spec)') };
    server.behave = routes({ [LIST]: [refusal, page('a', { next: 'x' }), page('b', {})] });
    expect((await listAll()).map(({ content }) => [content?.name, content?.bidAmount])).toEqual([
      ['a', null],
      ['b', null],
    ]);
    const asked = server.requests.map((arrived) => queryOf(arrived)['fields']?.endsWith('optimization_spec'));
    expect(asked).toEqual([true, false, false]);
  });

  it('is refused where the provider refuses for another reason by the same code, or for another code', async () => {
    server.behave = routes({ [LIST]: { status: 400, body: graphError(100, 'Unsupported get request') } });
    await expect(listAll()).rejects.toMatchObject({ code: 'provider_rejected' });
    expect(server.requests).toHaveLength(2);
    server.behave = routes({ [LIST]: { status: 403, body: graphError(200) } });
    await expect(listAll()).rejects.toMatchObject({ code: 'token_rejected' });
    expect(server.requests).toHaveLength(3);
  });

  it.each([
    ['has nothing on it', { data: [], paging: { cursors: { after: 'a' }, next: 'x' } }],
    ['has nothing about pages', { data: [item()] }],
  ])('ends at a page that %s', async (_, body) => {
    server.behave = routes({ [LIST]: { body } });
    await listAll();
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['comes round again', { data: [item()], paging: { cursors: { after: 'same' }, next: 'x' } }, 2],
    ['has no list', { paging: { cursors: { after: 'a' }, next: 'x' } }, 1],
    ['has no cursor', { data: [item()], paging: { next: 'x' } }, 1],
  ])('that %s is not taken for whole: what it leaves out would be taken for deleted', async (_, body, asked) => {
    server.behave = routes({ [LIST]: { body } });
    await expect(listAll()).rejects.toMatchObject({ code: 'provider_unreachable' });
    expect(server.requests).toHaveLength(asked);
  });

  it('gives each template as ours, with its id, status and quality', async () => {
    server.behave = routes({ [LIST]: { body: { data: [item({ quality_score: { score: 'YELLOW', date: 1 }, status: 'PAUSED' })] } } });
    expect(await listAll()).toEqual([
      {
        providerId: '594425479261596',
        content: {
          name: 'order_shipped',
          language: 'en_US',
          category: 'utility',
          parameterFormat: 'named',
          components: item()['components'],
          ttlSeconds: null,
          bidAmount: null,
        },
        status: 'paused',
        quality: 'yellow',
      },
    ]);
  });

  it('asks for the bid, and takes it as it is', async () => {
    const optimization_spec = { bid_amount: 87_000, bid_strategy: 'LOWEST_COST_WITH_BID_CAP' };
    server.behave = routes({ [LIST]: { body: { data: [item({ optimization_spec, category: 'MARKETING' })] } } });
    expect(await listAll()).toMatchObject([{ content: { category: 'marketing', bidAmount: 87_000 } }]);
    expect(server.requests.map((arrived) => queryOf(arrived)['fields'])).toEqual([expect.stringContaining('optimization_spec')]);
  });

  it('asks for the time to live, and takes it as it is, also in a category that would not take it from us', async () => {
    server.behave = routes({ [LIST]: { body: { data: [item({ message_send_ttl_seconds: 300, category: 'MARKETING' })] } } });
    expect(await listAll()).toMatchObject([{ content: { category: 'marketing', ttlSeconds: 300 } }]);
    expect(server.requests.map((arrived) => queryOf(arrived)['fields'])).toEqual([expect.stringContaining('message_send_ttl_seconds')]);
  });

  it.each([
    [{ score: 'GREEN' }, 'green'],
    [{ score: 'RED' }, 'red'],
    [{ score: 'UNKNOWN' }, 'unknown'],
    [{ score: 'PURPLE' }, 'unknown'],
    [undefined, 'unknown'],
    ['GREEN', 'unknown'],
  ])('a quality of %j is %s', async (quality_score, quality) => {
    server.behave = routes({ [LIST]: { body: { data: [item({ quality_score })] } } });
    expect(await listAll()).toMatchObject([{ quality }]);
  });

  it('tells what cannot be read, and goes on', async () => {
    const carousel = item({
      name: 'deals',
      language: 'en-US',
      components: [
        { type: 'BODY', text: 'Deals' },
        { type: 'CAROUSEL', cards: [] },
      ],
    });
    server.behave = routes({ [LIST]: { body: { data: [carousel, item(), 'garbage', null] } } });
    expect(await listAll()).toMatchObject([
      { content: null, providerId: '594425479261596', name: 'deals', language: 'en_US', reason: expect.stringContaining('CAROUSEL') },
      { content: { name: 'order_shipped' } },
    ]);
  });

  it('shows nothing of it that acts on a terminal', async () => {
    server.behave = routes({ [LIST]: { body: { data: [item({ name: 'a\u001b[2J', language: 7 })] } } });
    expect(await listAll()).toMatchObject([{ content: null, name: 'a\\u001b[2J', language: '' }]);
  });
});

describe('handing in', () => {
  const content = stored(item());

  it('makes a new one, and says in which category it came to be', async () => {
    server.behave = routes({ [CREATE]: { body: { id: '77', status: 'PENDING', category: 'MARKETING' } } });
    expect(await officeOf(server).pushTemplate(content, null)).toEqual({ providerId: '77', status: 'pending', category: 'marketing' });
    const { name, language, category, parameter_format, components } = item();
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ name, language, category, parameter_format, components });
  });

  it('takes what the answer leaves out as it was handed in, not reviewed yet', async () => {
    server.behave = routes({ [CREATE]: { body: { id: 77 } } });
    expect(await officeOf(server).pushTemplate(content, null)).toEqual({ providerId: '77', status: 'pending', category: 'utility' });
  });

  it.each([{}, { id: '' }, { id: 'a b' }, { id: null }])('is not done where the answer names nothing: %j', async (body) => {
    server.behave = routes({ [CREATE]: { body } });
    await expect(officeOf(server).pushTemplate(content, null)).rejects.toMatchObject({ code: 'provider_unreachable' });
  });

  it.each([
    ['UTILITY', { components: item()['components'] }],
    ['MARKETING', { category: 'UTILITY', components: item()['components'] }],
  ])('changes one that is %s: its components, its category only where it is another', async (before, body) => {
    server.behave = routes({
      'GET /77': [
        { body: { id: '77', status: 'APPROVED', category: before } },
        { body: { id: '77', status: 'PENDING', category: 'UTILITY' } },
      ],
      'POST /77': { body: { success: true } },
    });
    expect(await officeOf(server).pushTemplate(content, '77')).toEqual({ providerId: '77', status: 'pending', category: 'utility' });
    expect(server.requests.map(routeOf)).toEqual(['GET /77', 'POST /77', 'GET /77']);
    expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual(body);
  });

  it.each([60, -1])('names a time to live of %i where one is set, of a new one and in a change', async (seconds) => {
    const code = stored({ ...item({ status: undefined }), message_send_ttl_seconds: seconds });
    server.behave = routes({
      [CREATE]: { body: { id: '77' } },
      'GET /77': { body: { id: '77', status: 'APPROVED', category: 'UTILITY' } },
      'POST /77': { body: { success: true } },
    });
    await officeOf(server).pushTemplate(code, null);
    await officeOf(server).pushTemplate(code, '77');
    const posted = server.requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body) as object);
    expect(posted).toMatchObject([{ message_send_ttl_seconds: seconds }, { message_send_ttl_seconds: seconds }]);
  });

  it('names a bid where one is set, of a new one and in a change; of the bid alone, nothing else', async () => {
    const optimization_spec = { bid_amount: 87_000, bid_strategy: 'LOWEST_COST_WITH_BID_CAP' };
    const sale = stored({ ...item({ status: undefined, category: 'MARKETING' }), optimization_spec });
    server.behave = routes({
      [CREATE]: { body: { id: '77' } },
      'GET /77': { body: { id: '77', status: 'APPROVED', category: 'UTILITY' } },
      'POST /77': { body: { success: true } },
    });
    await officeOf(server).pushTemplate(sale, null);
    await officeOf(server).pushTemplate(sale, '77');
    await officeOf(server).pushTemplate(sale, '77', 'bid');
    const posted = server.requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body) as object);
    expect(posted).toMatchObject([{ optimization_spec, category: 'MARKETING' }, { optimization_spec, components: sale.components }, {}]);
    expect(posted[2]).toEqual({ optimization_spec });
  });

  it('fails where the provider says that it changed nothing', async () => {
    server.behave = routes({ 'GET /77': { body: { id: '77', category: 'UTILITY' } }, 'POST /77': { body: { success: false } } });
    await expect(officeOf(server).pushTemplate(content, '77')).rejects.toMatchObject({ code: 'provider_rejected' });
  });

  it('sends the id of a template as one segment of a path', async () => {
    server.behave = (_, response) => answer(response, 200, { id: '77', category: 'UTILITY' });
    await officeOf(server).pushTemplate(content, '77/../me?x');
    expect(server.requests[0]?.path).toContain('/v26.0/77%2F..%2Fme%3Fx?');
  });
});
