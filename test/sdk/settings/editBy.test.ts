import type { SettingEdit, SettingsChange } from '@postroom/sdk/services';
import { editBy } from '@postroom/sdk/settings';
import { expect } from 'chai';
import { failureOf } from '../../kit/failureOf.js';

/** Settings that somebody else changes at the same moments, `times` times. */
function contested(times: number): {
  etag: string;
  readonly list: string[];
  edit(author: string, edits: readonly SettingEdit[]): Promise<SettingsChange>;
} {
  const list = ['a'];
  return {
    etag: '"0"',
    list,
    async edit(_author, edits) {
      if (list.length <= times) {
        list.push(`other ${list.length}`);
        this.etag = `"${list.length}"`;
        return { ok: false, code: 'settings/conflict', problems: [] };
      }
      list.splice(0, list.length, ...edits.flatMap(({ value }) => value as readonly string[]));
      return { ok: true, etag: this.etag, problems: [] };
    },
  };
}

describe('a change of the settings that rests on what they say', () => {
  it('is worked out again where somebody else was sooner, so that both are there', async () => {
    const settings = contested(3);
    await editBy(settings, 'ann', () => [{ path: ['list'], value: [...settings.list, 'mine'] }]);
    expect(settings.list).to.deep.equal(['a', 'other 1', 'other 2', 'other 3', 'mine']);
  });

  it('is refused where that does not end, or it fits no more; and is none where it asks for nothing', async () => {
    const never = contested(100);
    expect(await failureOf(editBy(never, 'ann', () => [{ path: ['list'], value: [] }]))).to.include({ code: 'settings/conflict' });
    const taken = contested(1);
    const refused = editBy(taken, 'ann', () => {
      if (taken.list.length > 1) throw new Error('The name is taken.');
      return [{ path: ['list'], value: [] }];
    });
    expect((await failureOf(refused)).message).to.equal('The name is taken.');
    expect(await editBy(contested(0), 'ann', () => [])).to.deep.equal({ warnings: [] });
  });
});
