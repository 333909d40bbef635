// What a message comes down to: without courtesies, repetitions, dots between letters, and what stands behind.

import { describe, expect, it } from 'vitest';
import { stopFormsOf, withoutCourtesies } from '../../src/inbound/stop-forms.ts';

describe('the forms of a message', () => {
  it.each([
    ['Stop!', ['stop']],
    ['stop please', ['stop please', 'stop']],
    ['opt-out opt-out', ['opt out opt out', 'opt out']],
    ['S.T.O.P', ['s t o p', 'stop']],
    ['STOP - Ada', ['stop ada', 'stop']],
    ['STOP\nbest wishes from Ada', ['stop best wishes from ada', 'stop']],
  ])('of %j are %j', (text, forms) => {
    expect([...stopFormsOf(text)]).toEqual(expect.arrayContaining(forms));
  });

  it.each(['stop-motion film', "stop'n go", 'stop - see you all', 'hello\nstop', 'do stop'])('of %j hold no bare word', (text) => {
    expect([...stopFormsOf(text)]).not.toContain('stop');
  });

  it('begin with the message itself', () => {
    expect([...stopFormsOf('Please, STOP - Ada')][0]).toBe('please stop ada');
  });
});

describe('a text without courtesies', () => {
  it('keeps the last of them', () => {
    expect(withoutCourtesies('please stop thank you')).toBe('stop');
    expect(withoutCourtesies('please please')).toBe('please');
  });
});
