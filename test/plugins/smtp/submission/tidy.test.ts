import type { HeaderField, MailOrigin, MailView, SortPlan } from '@postroom/sdk';
import { expect } from 'chai';
import { tidy } from '#plugins/smtp/dist/submission/tidy.js';
import { COMPANY } from '../fakeHost.js';

function mail(names: readonly string[], origin: MailOrigin = 'submitted'): MailView {
  const fields = names.map((name, index) => ({ name, index }) as HeaderField);
  return {
    id: '42',
    origin,
    envelope: { from: 'mail@company.com', recipients: [] },
    receivedAt: new Date('2026-11-02T08:00:00Z'),
    headers: (name?: string) => fields.filter((field) => field.name.toLowerCase() === name?.toLowerCase()),
  } as unknown as MailView;
}

/** Remembers what it was told. */
function plan(): SortPlan & { readonly told: string[] } {
  const told: string[] = [];
  const self = {
    account: COMPANY,
    told,
    addHeader: (line: string) => {
      told.push(line);
      return self;
    },
    conceal: (field: HeaderField) => {
      told.push(`conceal ${field.index}`);
      return self;
    },
  };
  return self as unknown as SortPlan & { readonly told: string[] };
}

describe('tidying submitted mail', () => {
  it('S38 S39 conceals every Bcc and Return-Path', () => {
    const all = plan();
    tidy(all, mail(['Date', 'Message-ID', 'BCC', 'Return-Path', 'Bcc', 'Resent-Bcc']));
    expect(all.told).to.deep.equal(['conceal 2', 'conceal 4', 'conceal 5', 'conceal 3']);
  });

  it('S40 adds Date and Message-ID where they are missing, the same for each copy', () => {
    const first = plan();
    const second = plan();
    tidy(first, mail([]));
    tidy(second, mail([]));
    expect(first.told).to.deep.equal(['Date: Mon, 02 Nov 2026 08:00:00 +0000', 'Message-ID: <postroom.42.1793606400000@company.com>']);
    expect(second.told).to.deep.equal(first.told);
  });

  it('S40 leaves fetched mail and bounces alone', () => {
    for (const origin of ['fetched', 'bounce', 'resorted'] as const) {
      expect(tidy(plan(), mail(['Bcc'], origin))).to.equal(undefined);
    }
  });
});
