import type { IntakeUnit, PlacementDraft, SurplusDraft } from '@postroom/sdk/services';
import { contentKey, copyTurn, copyTurnsOf, needsCopy, seenKeyOf, type TurnFacts } from '@postroom/sdk/store';
import { expect } from 'chai';

const DAY = 86_400_000;
const KEY = Buffer.from('0123456789abcdef');
const placement = { mailbox: { account: 'ops', user: 'ann' }, prefix: Buffer.alloc(0), duplicateKey: KEY } as PlacementDraft;

/** A unit as far as these rules look at it. `recipients`: those that the header accounts for. */
function unitOf(surplus: number | 'accounted for' | undefined, more: object = {}): IntakeUnit {
  const draft = typeof surplus === 'number' ? ({ recipients: surplus } as SurplusDraft) : surplus;
  const message = { account: 'ops', contentHash: 'aa'.repeat(32), disposition: 'deliver' };
  return { message, placements: [placement], outbox: [], ...(draft !== undefined && { surplus: draft }), ...more } as unknown as IntakeUnit;
}

describe('Copies of one content', () => {
  it('are known by sixteen octets in each mailbox', () => {
    expect(seenKeyOf(3, KEY)).to.have.length(16);
    expect(seenKeyOf(3, KEY).equals(seenKeyOf(3, KEY))).to.equal(true);
    expect(seenKeyOf(3, KEY).equals(seenKeyOf(31, KEY))).to.equal(false);
    expect(contentKey('0f'.repeat(32)).toString('hex')).to.equal('0f'.repeat(16));
  });

  it('leave nothing but a trace of a message whose every copy is one too many', () => {
    const unit = unitOf(undefined);
    expect(needsCopy(unit)).to.equal(true);
    expect(needsCopy({ ...unit, placements: [] }), 'it has no destination').to.equal(false);
    expect(needsCopy({ ...unit, outbox: [{}] } as unknown as IntakeUnit), 'it is to be sent').to.equal(false);
    expect(needsCopy({ ...unit, message: { ...unit.message, disposition: 'hold' } }), 'it is held').to.equal(false);
  });
});

describe('A copy of which nobody knows whose it is', () => {
  /** Comes in after `noted` was noted of the same content; notes its own turn. Answers whether it is the one too many. */
  function comes(surplus: number | 'accounted for', noted: Set<string>, more: Partial<TurnFacts> = {}): boolean | undefined {
    const unit = unitOf(surplus);
    const turns = copyTurnsOf(unit);
    if (turns === undefined) throw new Error('It has no turns.');
    const turn = copyTurn({
      unit,
      turns,
      placed: 0,
      duplicates: 1,
      first: { ageMs: 0, contentHash: 'bb'.repeat(32) },
      isNoted: (key) => noted.has(key.toString('hex')),
      ...more,
    });
    if (turn !== undefined) noted.add(turn.key.toString('hex'));
    return turn?.isSurplus;
  }

  it('has no turn where it is known whose it is, or nothing names its content', () => {
    expect(copyTurnsOf(unitOf(undefined))).to.equal(undefined);
    expect(copyTurnsOf(unitOf(2, { placements: [] }))).to.equal(undefined);
    expect(copyTurnsOf(unitOf(2, { placements: [{ ...placement, duplicateKey: undefined }] }))).to.equal(undefined);
  });

  it('is one too many once as many came as the header has recipients, the first of which reached somebody', () => {
    const noted = new Set<string>();
    expect([1, 2, 3, 4].map(() => comes(3, noted))).to.deep.equal([false, false, true, undefined]);
  });

  it('is one too many one later where the one that reached somebody came beside those', () => {
    const noted = new Set<string>();
    expect(comes('accounted for', noted, { placed: 1, duplicates: 0 })).to.equal(false);
    expect([1, 2, 3, 4].map(() => comes(2, noted))).to.deep.equal([false, false, true, undefined]);
  });

  it('is at once where one recipient had it', () => {
    expect(comes(1, new Set())).to.equal(true);
  });

  it('is none where it reached somebody, or nobody had it', () => {
    expect(comes(1, new Set(), { placed: 1 })).to.equal(undefined);
    expect(comes(1, new Set(), { duplicates: 0 })).to.equal(undefined);
    expect(comes(1, new Set(), { first: undefined })).to.equal(undefined);
    expect(comes('accounted for', new Set(), { placed: 0 })).to.equal(undefined);
  });

  it('is none where the same octets come long after: their ISP brings back what was deleted', () => {
    const same = 'aa'.repeat(32);
    expect(comes(1, new Set(), { first: { ageMs: DAY + 1, contentHash: same } })).to.equal(undefined);
    expect(comes(1, new Set(), { first: { ageMs: DAY, contentHash: same } })).to.equal(true);
    expect(comes(1, new Set(), { first: { ageMs: DAY + 1, contentHash: undefined } })).to.equal(true);
  });
});
